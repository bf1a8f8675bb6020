/** The schema step: bare tables, so that rows can go in. */
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { FilePlace } from './file.ts'

export async function createTables(_work: Work, { place }: { place: FilePlace }): Promise<void> {
  await runJob('makeTablesOfFile', { place })
}
