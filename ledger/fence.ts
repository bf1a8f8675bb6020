/** What every fenced write shares: the session behind it, the condition that it is still ours, its transaction. */
import { Failure } from '../model/failure.ts'
import { type Place, tableName } from './schema.ts'

/** A session of the server: its process id alone is used again, with its start time it is unique. */
export interface Backend {
  pid: number
  /** As the server prints it, with microseconds. */
  startedAt: string
}

/** When this session began. */
export const ME = `(SELECT backend_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid())`
/** A start time as text, to the microsecond. */
export const START = (column: string) =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`

/** The condition of every fence: the run is still ours, and still allowed to write. */
export const runIsOurs = (place: Place, run: string, epoch: string) =>
  `EXISTS (SELECT FROM ${tableName(place, 'run')} WHERE id = ${run} AND epoch = ${epoch} AND state IN ('running', 'replaying'))`

export const fenced = (what: string) =>
  new Failure({
    code: 'fenced',
    object: what,
    message: 'another attempt, or a rollback, has taken over',
  })
