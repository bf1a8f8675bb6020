/** Whether the target holds what the source holds, by this file's own reading: longhaul's digests have no say. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import type { Client } from 'pg'
import { OBJECTS, type Print, TABLES } from './source.ts'

const UNIT = '\x1f'
const NULL = '\\N'

/** Every row exactly once, in every table; and the objects around them. */
export async function assertMigrated(source: string, client: Client): Promise<void> {
  for (const table of Object.keys(TABLES)) await assertSameRows(source, client, table)
  assert.deepEqual(await objects(client), OBJECTS)
}

/** The same for one table. */
export async function assertSameRows(source: string, client: Client, table: string): Promise<void> {
  const { columns } = TABLES[table]!
  const expected = sourceLines(source, table, columns)
  const found = await targetLines(client, table, columns)
  assert.deepEqual(difference(expected, found), { missing: [], extra: [] }, `rows of ${table}`)
  assert.equal(md5(found), md5(expected), table)
}

function sourceLines(source: string, table: string, columns: Record<string, Print>): string[] {
  const db = new Database(source, { readonly: true })
  try {
    const names = Object.keys(columns).join(', ')
    const rows = db.prepare<[], unknown[]>(`SELECT ${names} FROM ${table}`).raw().all()
    return rows.map(row => row.map(print).join(UNIT)).sort()
  } finally {
    db.close()
  }
}

function print(cell: unknown): string {
  if (cell === null) return NULL
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell)
}

const PRINTED: Record<Print, (column: string) => string> = {
  integer: column => `${column}::text`,
  real: column => `${column}::text`,
  text: column => column,
  boolean: column => `${column}::int::text`,
  blob: column => `encode(${column}, 'hex')`,
}

async function targetLines(client: Client, table: string, columns: Record<string, Print>): Promise<string[]> {
  const terms = Object.entries(columns).map(([name, kind]) => `coalesce(${PRINTED[kind](name)}, '${NULL}')`)
  const { rows } = await client.query({
    text: `SELECT concat_ws('${UNIT}', ${terms.join(', ')}) FROM public.${table}`,
    rowMode: 'array',
  })
  return rows.map(([line]) => line as string).sort()
}

/** Some lines of each kind are enough to see what went wrong. */
function difference(expected: string[], found: string[]): { missing: string[]; extra: string[] } {
  const counts = new Map<string, number>()
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1)
  for (const line of found) counts.set(line, (counts.get(line) ?? 0) - 1)
  const lines = [...counts].filter(([, count]) => count !== 0)
  const some = (wanted: boolean) =>
    lines
      .filter(([, count]) => count > 0 === wanted)
      .map(([line]) => line)
      .slice(0, 5)
  return { missing: some(true), extra: some(false) }
}

const md5 = (lines: string[]) => createHash('md5').update(lines.join('\n')).digest('hex')

async function objects(client: Client): Promise<string[]> {
  const { rows } = await client.query(`
    SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT conrelid::regclass || ' -> ' || confrelid::regclass FROM pg_constraint
     WHERE contype = 'f' AND connamespace = 'public'::regnamespace`)
  return rows.map(({ name }) => name as string).sort()
}
