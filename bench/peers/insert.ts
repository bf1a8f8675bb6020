/** A peer of the trials: every table of a SQLite file by INSERTs of many rows. `node insert.ts FILE`, target by PG… variables. */
import Database from 'better-sqlite3'
import pg from 'pg'

const ROWS = 1000

const db = new Database(process.argv[2]!, { readonly: true })
const client = new pg.Client()
await client.connect()
const tables = db
  .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
  .pluck()
  .all()
for (const table of tables as string[]) {
  await client.query('BEGIN')
  let batch: unknown[][] = []
  for (const row of db.prepare(`SELECT * FROM ${table}`).raw().iterate() as Iterable<unknown[]>) {
    batch.push(row)
    if (batch.length < ROWS) continue
    await insert(table, batch)
    batch = []
  }
  if (batch.length) await insert(table, batch)
  await client.query('COMMIT')
}
await client.end()
db.close()

async function insert(table: string, rows: unknown[][]): Promise<void> {
  let n = 0
  const values = rows.map(row => `(${row.map(() => `$${++n}`).join(', ')})`)
  await client.query(`INSERT INTO public.${table} VALUES ${values.join(', ')}`, rows.flat())
}
