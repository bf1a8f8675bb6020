/**
 * Whether every object of a source is in the target or in the plan's list of what is left out. Both sides are
 * read from their catalogs here; only names that the plan had to change, and what it left out, are taken from it.
 */
import type Database from 'better-sqlite3'
import type { Client } from 'pg'
import type { Plan } from '../../model/plan.ts'
import { quoted } from './source-cells.ts'

/** How many of each kind: in the source, in the target, and told to be missing. */
export type Accounts = Record<string, { source: number; target: number; told: number }>

/** Kinds of which some are neither in the target nor told of. */
export function vanished(accounts: Accounts): Accounts {
  const open = Object.entries(accounts).filter(([, { source, target, told }]) => target + told < source)
  return Object.fromEntries(open)
}

/** @param failures objects that the server refused to make, which a run reports */
export async function account(
  db: Database.Database,
  client: Client,
  plan: Plan,
  failures: { object: { kind: string } }[],
): Promise<Accounts> {
  const source = countSource(db)
  const target = await countTarget(client, plan.what.tables[0]?.target.schema ?? '')
  const told = countTold(
    plan,
    failures.map(({ object }) => object.kind),
  )
  return Object.fromEntries(
    Object.entries(source).map(([kind, count]) => [
      kind,
      { source: count, target: (target[kind] ?? 0) + instead(kind, target), told: told[kind] ?? 0 },
    ]),
  )
}

/** What is unique by keys too long for a btree is kept so by exclusion constraints. */
const instead = (kind: string, { exclusion = 0 }: Record<string, number>): number =>
  kind === 'unique' || kind === 'index' ? exclusion : 0

interface ListedColumn {
  name: string
  type: string
  notnull: number
  dflt_value: string | null
  pk: number
  hidden: number
}

const NO_DEFAULT = /^\(*null\)*$/i

function countSource(db: Database.Database): Record<string, number> {
  const counts: Record<string, number> = {}
  const add = (kind: string, count: number) => {
    counts[kind] = (counts[kind] ?? 0) + count
  }
  const objects = db
    .prepare<[], { type: string; name: string; sql: string | null }>(
      'SELECT type, name, sql FROM sqlite_schema',
    )
    .all()
  for (const { type, name, sql } of objects.filter(({ name }) => !/^sqlite_/.test(name))) {
    add(type, 1)
    if (type === 'index' && /^CREATE UNIQUE/.test(sql!)) add('unique', 1)
    if (type !== 'table') continue
    const columns = list<ListedColumn>(db, 'table_xinfo', name)
    const indexes = list<{ origin: string }>(db, 'index_list', name)
    add('column', columns.length)
    add('not null', countNotNull(db, name, columns))
    add('generated', columns.filter(({ hidden }) => hidden > 1).length)
    add('default', columns.filter(column => hasDefault(columns, column)).length)
    add('primary key', Number(columns.some(({ pk }) => pk > 0)))
    add('unique', indexes.filter(({ origin }) => origin === 'u').length)
    add('check', (sql!.match(/(?<= )CHECK \(/g) ?? []).length)
    add('foreign key', new Set(list<{ id: number }>(db, 'foreign_key_list', name).map(({ id }) => id)).size)
  }
  return counts
}

/** A key forbids NULL where no row has one: SQLite lets it in where the key is not the row number. */
function countNotNull(db: Database.Database, table: string, columns: ListedColumn[]): number {
  const key = columns.filter(({ pk }) => pk > 0)
  const nulls = key.map(({ name }) => `${quoted(name)} IS NULL`).join(' OR ') || '0'
  const row = db.prepare(`SELECT 1 FROM ${quoted(table)} WHERE ${nulls}`).get()
  return columns.filter(({ notnull, pk }) => notnull === 1 || (pk > 0 && row === undefined)).length
}

/** The row number gives itself. */
function hasDefault(columns: ListedColumn[], { dflt_value, pk, type }: ListedColumn): boolean {
  const isRowid = pk > 0 && /^integer$/i.test(type) && columns.filter(({ pk }) => pk > 0).length === 1
  return dflt_value !== null && !NO_DEFAULT.test(dflt_value) && !isRowid
}

function list<T>(db: Database.Database, pragma: string, table: string): T[] {
  return db.pragma(`${pragma}(${quoted(table)})`) as T[]
}

async function countTarget(client: Client, schema: string): Promise<Record<string, number>> {
  const { rows } = await client.query<{ kind: string; count: number }>(
    `WITH relations AS (SELECT * FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident($1))),
          columns AS (SELECT a.* FROM pg_attribute a JOIN relations r ON r.oid = a.attrelid
                       WHERE r.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped)
     SELECT 'table' AS kind, count(*)::int FROM relations WHERE relkind = 'r'
     UNION ALL SELECT 'view', count(*)::int FROM relations WHERE relkind = 'v'
     UNION ALL SELECT 'column', count(*)::int FROM columns
     UNION ALL SELECT 'not null', count(*)::int FROM columns WHERE attnotnull
     UNION ALL SELECT 'generated', count(*)::int FROM columns WHERE attgenerated <> ''
     UNION ALL SELECT 'default', count(*)::int FROM columns WHERE atthasdef AND attgenerated = ''
     UNION ALL SELECT 'unique', count(*)::int FROM pg_index i JOIN relations r ON r.oid = i.indexrelid
                WHERE i.indisunique AND NOT i.indisprimary
     UNION ALL SELECT 'index', count(*)::int FROM relations r WHERE r.relkind = 'i'
                  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = r.oid AND c.contype <> 'f')
     UNION ALL SELECT CASE contype WHEN 'p' THEN 'primary key' WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion'
                           ELSE 'foreign key' END,
                      count(*)::int
                 FROM pg_constraint c WHERE c.connamespace = to_regnamespace(quote_ident($1))
                  AND contype IN ('p', 'c', 'f', 'x') GROUP BY 1
     UNION ALL SELECT 'trigger', count(*)::int FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid
                WHERE NOT t.tgisinternal`,
    [schema],
  )
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
}

/** What is left out under its own kind, and what the plan's findings say is not needed. */
function countTold({ what, findings }: Plan, failed: string[]): Record<string, number> {
  const told: Record<string, number> = {}
  const add = (kind: string) => {
    told[kind] = (told[kind] ?? 0) + 1
  }
  for (const { kind, sql } of what.leftOut) {
    add(kind === 'generated column' ? 'generated' : kind)
    if (kind === 'index' && /^CREATE UNIQUE/.test(sql)) add('unique')
  }
  for (const kind of failed) {
    add(kind)
    if (kind === 'index') add('unique')
  }
  for (const { code, object } of findings) {
    if (code === 'check-always-true') add('check')
    if (code === 'default-is-null') add('default')
    if (code === 'primary-key-as-unique' || (code === 'key-by-hash' && object.startsWith('table ')))
      add('primary key')
  }
  return told
}
