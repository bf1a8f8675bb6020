/** What a table carried from PostgreSQL gets once its rows are in. */
import { effectsOfTable } from '../../stores/postgres/carry/effects.ts'
import type { Work } from '../edge.ts'
import { type FinishInput, finishTablesWith } from '../finish-tables.ts'

export const finishTables = (work: Work, input: FinishInput): Promise<string[]> =>
  finishTablesWith(work, input, effectsOfTable)
