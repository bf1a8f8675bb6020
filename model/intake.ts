/** What became of the files and rows of a staged source on their way into the run's folder: counts and names, no values. */

export interface Intake {
  files: IntakeFile[]
  /** By table of the image: read = filtered + duplicates + rejected + written. */
  tables: IntakeTable[]
  /** Rows that were not taken, by table and rule. */
  rejected: IntakeRule[]
}

export interface IntakeFile {
  file: string
  state: 'done' | 'failed'
  rows: number
  rejected: number
  /** Why it failed, in words. */
  error?: string
}

export interface IntakeTable {
  table: string
  read: number
  filtered: number
  duplicates: number
  rejected: number
  written: number
}

export interface IntakeRule {
  table: string
  rule: string
  reason: string
  rows: number
}
