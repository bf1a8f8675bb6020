/** Conditions for some of a table's rows: those that a narrowed source has as well. */
import type { Client } from 'pg'
import { needsConforming } from '../../model/conforming.ts'
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { toFailure } from '../../sessions/errors.ts'
import { needOwnSession } from '../../sessions/pooled.ts'
import { withRowName } from '../conform.ts'
import { FittingRows } from '../fitting-rows.ts'
import type { SourceStore } from '../store.ts'
import { copyIn } from './copy-in.ts'
import { ident, idents, qualified } from './quote.ts'

/** The user's condition, once the server takes it as one condition on the table. Fails with `usage` where it does not. */
export async function rowsWhere(client: Client, { name, target }: TablePlan, where: string): Promise<string> {
  const table = qualified(target.schema, target.name)
  // The extended protocol takes one statement, so that nothing else can stand behind the condition.
  const query = { text: `SELECT FROM ${table} AS t WHERE (${where}\n) LIMIT 0`, queryMode: 'extended' }
  try {
    await client.query(query)
  } catch (error) {
    throw new Failure({
      code: 'usage',
      object: '--where',
      message: `PostgreSQL does not take it as a condition on the target of table "${name}": ${(error as Error).message}`,
      remedy: 'Write a condition over columns that have the same name on both sides',
    })
  }
  return `(${where}\n)`
}

const SAMPLE = 'longhaul_sample'

/** Rows with the keys that the source has left. The keys lie in a temporary table of the session until the next sample. */
export async function rowsOfSample(client: Client, store: SourceStore, table: TablePlan): Promise<string> {
  needOwnSession(client, 'note the keys of the sample')
  const columns = table.columns.filter(({ name }) => table.key.includes(name))
  const names = columns.map(({ target }) => target)
  const keys: TablePlan = { ...table, columns, target: { schema: 'pg_temp', name: SAMPLE } }
  try {
    await client.query(`DROP TABLE IF EXISTS pg_temp.${SAMPLE}`)
    await client.query(
      `CREATE TEMPORARY TABLE ${SAMPLE} AS
         SELECT ${idents(names)} FROM ${qualified(table.target.schema, table.target.name)} WITH NO DATA`,
    )
    await copyIn(client, keys, keysOf(store, table), () => {})
    await client.query(`ANALYZE pg_temp.${SAMPLE}`)
  } catch (error) {
    throw toFailure(error, { object: `table "${table.name}"`, doing: 'note the keys of the sample' })
  }
  const same = names.map(name => `s.${ident(name)} = t.${ident(name)}`).join(' AND ')
  return `EXISTS (SELECT FROM pg_temp.${SAMPLE} AS s WHERE ${same})`
}

function* keysOf(store: SourceStore, table: TablePlan): Iterable<Row[]> {
  const at = table.columns.flatMap(({ name }, i) => (table.key.includes(name) ? [i] : []))
  for (const rows of rowsOf(store, table)) yield rows.map(row => at.map(i => row[i]!))
}

function* rowsOf(store: SourceStore, table: TablePlan): Iterable<Row[]> {
  if (!needsConforming(table)) return yield* store.read(table, {})
  const fitting = new FittingRows(table, store.read(withRowName(table), {}))
  while (!fitting.over) {
    yield* fitting.rows()
    fitting.take()
  }
}
