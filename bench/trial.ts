/** The words of the trials. */
import type { ChildProcess } from 'node:child_process'
import type { Meter } from './meter.ts'
import type { Script } from './script.ts'
import type { Server } from './server.ts'
import type { Source, SourceName } from './sources.ts'
import type { Stack } from './stack.ts'

/** One way to bring the rows of a source into an empty database, with keys, indexes, foreign keys and statistics. */
export interface Trial {
  /** As in `--only`. */
  name: string
  /** For the table and the plot. */
  title: string
  /** What is special about it, for the reader of the results. */
  note?: string
  source: SourceName
  /** Its worker and its Temporal server are part of the tool. */
  usesStack?: boolean
  /** Why it cannot be tried on this machine. */
  missing?(): Promise<string | undefined>
  /** What is done once, before the rounds. */
  prepare?(ground: Ground): Promise<void>
  run(stage: Stage): Promise<Extra>
}

/** What all trials of one source share. */
export interface Ground {
  source: Source
  script: Script
  server: Server
  stack: Stack
  /** A folder for what a trial makes; PostgreSQL can write there as well. */
  folder: string
}

/** One trial in one round. */
export interface Stage extends Ground {
  /** The empty target. */
  database: string
  /** PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE say where it is: no password stands in a command line. */
  env: NodeJS.ProcessEnv
  meter: Meter
  /** Runs a program to its end; gives its standard output. Rejects with the end of what it said when that is not 0. */
  command(
    program: string,
    words: string[],
    around?: { input?: string; env?: NodeJS.ProcessEnv },
  ): Promise<string>
  /** Commands that run now. */
  running: Set<ChildProcess>
}

/** What only some trials know of themselves: nothing, for most. */
export interface Extra {
  steps?: Step[]
  /** Seconds from the start to the first page of rows in the target. */
  firstRow?: number
}

/** A step of a run of longhaul. */
export interface Step {
  name: string
  seconds: number
  /** Milliseconds since 1970. */
  from: number
  to: number
}
