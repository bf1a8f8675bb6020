/** The form of a case: a column of SQLite with its values, and what has to come of it in PostgreSQL. */
import type { Conversion } from '../../model/plan.ts'
import type { TypesMode } from '../../model/plan-request.ts'

export interface Case {
  /** The declaration; empty for none. */
  declared: string
  /** Values as SQL of SQLite, a row each. */
  values: string[]
  /** PostgreSQL's type of the column; absent where the run does not start. */
  type?: string
  /** What PostgreSQL prints of the rows that arrive, in their order; absent: what the values say. */
  read?: (string | null)[]
  /** Severity and code of each finding about the column, in the order of the alphabet. */
  findings?: string[]
  /** The column's line in the plan file. */
  line?: {
    type?: string
    cast?: Conversion
    on_error?: 'quarantine' | 'default'
    default?: string | number | null
  }
  /** The code that is consented to. */
  accept?: string
  /** Rows in quarantine; the others arrive. */
  quarantined?: number
}

export interface Group {
  title: string
  cases: Case[]
  /** Absent: `inferred`. */
  types?: TypesMode
  /** Damaged texts are other bytes in UTF-16: then the group is tried in UTF-8 alone. */
  utf8?: true
}

/** What a value says, as PostgreSQL prints it where nothing is changed. */
export function plain(literal: string): string | null {
  if (literal === 'NULL') return null
  if (/^'.*'$/s.test(literal)) return literal.slice(1, -1).replaceAll("''", "'")
  return /^x'.*'$/i.test(literal) ? `\\x${literal.slice(2, -1).toLowerCase()}` : literal
}

export const readOf = ({ values, read }: Case): (string | null)[] => read ?? values.map(plain)
