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

/** How many rows of a table the target lacks, and how many it has once too often or that nobody sent. */
export async function lostAndDoubled(
  source: string,
  client: Client,
  table: string,
): Promise<{ lost: number; doubled: number }> {
  const { columns } = TABLES[table]!
  const counts = counted(sourceLines(source, table, columns), await targetLines(client, table, columns))
  const sum = (sign: number) => counts.reduce((total, [, count]) => total + Math.max(0, sign * count), 0)
  return { lost: sum(1), doubled: sum(-1) }
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
  const lines = counted(expected, found)
  const some = (wanted: boolean) =>
    lines
      .filter(([, count]) => count > 0 === wanted)
      .map(([line]) => line)
      .slice(0, 5)
  return { missing: some(true), extra: some(false) }
}

/** Lines that do not stand as often on both sides: how many are missing, or, below zero, too many. */
function counted(expected: string[], found: string[]): [line: string, missing: number][] {
  const counts = new Map<string, number>()
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1)
  for (const line of found) counts.set(line, (counts.get(line) ?? 0) - 1)
  return [...counts].filter(([, count]) => count !== 0)
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
