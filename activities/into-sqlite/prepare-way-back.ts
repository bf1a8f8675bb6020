/** Before the first change: what a rollback would need is there. */
import { existsSync } from 'node:fs'
import { count } from '../../model/amounts.ts'
import { workPath } from '../../stores/sqlite/write/place.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { FilePlace } from './file.ts'
import { backupOfFile } from './placed.ts'

/** Returns how, in words. A new database is taken back by removing it; of one that is there a copy is kept. */
export async function prepareWayBack({ home, log }: Work, { place }: { place: FilePlace }): Promise<string> {
  if (existsSync(workPath(place.target.path, place.run)))
    return 'there was no database: it is made beside its place, and moved there when it is whole'
  const { tables, rows } = await runJob('backUpFile', { home, place })
  log.info({ tables, rows }, 'way back')
  const noted =
    tables > 0 ? `; ${count(tables, 'table')} of it with ${count(rows, 'row')} noted by digest` : ''
  return `the database was copied to ${backupOfFile(home, place.run)} and the copy checked${noted}`
}
