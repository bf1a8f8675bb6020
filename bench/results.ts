/** What the rounds have measured, as it is kept. */
import type { Cpu, Group } from './meter.ts'

/** One call of the runner. */
export interface Results {
  /** ISO 8601. */
  date: string
  command: string
  machine: string
  /** Commit of longhaul. */
  commit: string
  versions: Record<string, string>
  /** Rows of the large source. */
  rows: number
  rounds: number
  trials: TrialResults[]
}

export interface TrialResults {
  name: string
  title: string
  note?: string
  /** Why it was not tried. */
  skipped?: string
  rounds: Round[]
  /** Rounds that did not do the work, and why. */
  failures: string[]
}

export interface Cost {
  seconds: number
  cpu: Cpu
}

/** One trial in one round. */
export interface Round extends Cost {
  /** Rounds with one number were run one after the other. */
  round: number
  /** The most resident memory, MB. */
  memory: Record<Group, number>
  steps?: (Cost & { name: string })[]
  /** From the beginning of the copy to the end of keys and indexes. */
  copyAndFinish?: Cost
  /** Seconds. */
  firstRow?: number
}

/** Seconds of processor of everything but PostgreSQL. */
export const toolCpu = ({ cpu }: Cost): number => cpu.command + cpu.worker + cpu.temporal

/** Memory of what a user would call the tool: of longhaul the worker, whatever the command itself has. */
export const toolMemory = ({ memory }: Round): number => memory.worker || memory.command
