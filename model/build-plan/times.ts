/** The times that a column of texts holds, as SQLite's functions of dates and times need to know it. */
import type { TextFormat } from '../assessment.ts'
import type { ColumnPlan } from '../plan.ts'
import type { TimesInText } from '../translate/scope.ts'
import { columnFacts } from './columns.ts'
import type { Draft } from './draft.ts'

/** Texts without an offset are UTC to SQLite, as those with `Z` are. */
const MEANINGS: [TextFormat, TimesInText][] = [
  ['date', 'date'],
  ['timestamp', 'timestamp'],
  ['time-spelling', 'timestamp'],
  ['timestamptz-utc', 'timestamptz'],
  ['timestamptz', 'timestamptz'],
]

export function timesOf({ facts }: Draft, { name, type }: ColumnPlan): { times?: TimesInText } {
  const { counts, formats } = columnFacts(facts.columns, name)
  const texts = type.kind === 'text' && counts.text > 0 && counts.integer + counts.real + counts.blob === 0
  const found = texts ? MEANINGS.find(([format]) => formats.includes(format)) : undefined
  return found ? { times: found[1] } : {}
}
