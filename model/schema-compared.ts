/** What the target has of the keys, indexes and rules that the plan has, or would have, for it. */
import type { Finding } from './finding.ts'

export interface SchemaCompared {
  /** Of severity `incomplete`, each naming its object; those that were consented to as well. */
  differences: Finding[]
  /** By kind: how many the plan has, and how many of them the target has. */
  counts: { kind: string; expected: number; found: number }[]
  /** What was not compared and why, a sentence each without a full stop. */
  notCompared: string[]
}

/** A difference as a line of the run's end. */
export const schemaDifference = ({ object, message }: Finding): string => `${object}: ${message}`
