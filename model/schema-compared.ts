/** What the target has of the keys, indexes and rules that the plan has, or would have, for it. */
import { type Finding, isAccepted } from './finding.ts'
import { escapeControls } from './name-text.ts'

export interface SchemaCompared {
  /** Of severity `incomplete` and with a `SchemaCode`, each naming its object; those that were consented to as well. */
  differences: Finding[]
  /** By kind: how many the plan has for the tables that were compared, and how many they have, others among them. */
  counts: { kind: string; expected: number; found: number }[]
  /** What was not compared and why, a sentence each without a full stop. */
  notCompared: string[]
}

/** In the words of the target, where it lacks something, has it otherwise, or has it in a state that is of no use. */
const SCHEMA_CODES = [
  'table-not-there',
  'column-not-there',
  'type-differs',
  'collation-differs',
  'not-null-missing',
  'default-missing',
  'default-differs',
  'identity-missing',
  'generated-missing',
  'generated-differs',
  'primary-key-missing',
  'unique-missing',
  'index-missing',
  'index-differs',
  'index-invalid',
  'check-missing',
  'check-differs',
  'check-not-validated',
  'foreign-key-missing',
  'foreign-key-differs',
  'foreign-key-not-validated',
  'statistics-missing',
  'sequence-behind',
  'object-missing',
  'object-differs',
] as const
export type SchemaCode = (typeof SCHEMA_CODES)[number]
const CODES: ReadonlySet<string> = new Set(SCHEMA_CODES)

/** Whether words of `--accept` are for what only this comparison can find: no plan knows yet whether it is needed. */
export function isForSchema(accept: string): boolean {
  const [code] = accept.split(':', 1)
  return code !== undefined && CODES.has(code)
}

/** Whether words of `--accept` cover a difference: it has to be named, as nobody had listed it when they were given. */
export const isNamedIn = (difference: Finding, accept: readonly string[]): boolean =>
  isAccepted(
    difference,
    accept.filter(words => words !== 'all-listed'),
  )

/** What a report says where there is no difference. */
export const noDifference = ({ counts }: SchemaCompared): string =>
  counts.some(({ expected, found }) => found < expected)
    ? 'No differences but what the run could not make, which is told with what differs.'
    : 'No differences.'

/** A difference as a line of the run's end. */
export const schemaDifference = ({ object, message, code }: Finding): string =>
  escapeControls(`${object}: ${message} (${code})`)
