/** Rows of a PostgreSQL source, as a session under the run's snapshot gives them. */
import type { Client } from 'pg'
import { mirrored } from '../../model/mirror.ts'
import { digestTarget } from '../../stores/digest/target.ts'
import { copySource } from '../../stores/postgres/copy-source.ts'
import { boundsOf, conditionOf, orderOf } from '../../stores/postgres/source/ranges.ts'
import { copyRows } from '../../stores/sqlite/write/copy-rows.ts'
import type { SourceRows } from './rows-of-source.ts'

export const rowsOfServer = (client: Client): SourceRows => ({
  bounds: (table, rows) => boundsOf(client, table, rows),
  copy: async ({ db }, { table, chunk }, begins, heard) => {
    const source = await copySource(client, mirrored(table), conditionOf(table, chunk), [], orderOf(table))
    const { rows, bytes, digest } = await copyRows(client, db, table, source, begins, heard)
    return { read: rows, written: rows, bytes, digest }
  },
  digest: (table, heard, row) => digestTarget(client, mirrored(table), heard, undefined, row),
})
