/** Queries that a user wrote, on the target: each in a transaction that writes nothing and sees the plan's schema first. */
import type { Client, QueryConfig } from 'pg'
import type { LogicalType } from '../../../model/types.ts'
import { isServerError } from '../../../sessions/errors.ts'
import { formatOf } from '../copy-fields.ts'
import type { CopySource } from '../copy-source.ts'
import { ident } from '../quote.ts'
import { logicalType, sqlType } from '../types.ts'

/** Where names without a schema are looked for; PostgreSQL's own go first. */
export const withSchema = (schema: string) => `SET LOCAL search_path = ${ident(schema)}`

const CURSOR = 'longhaul_rule'

/**
 * Opens the cursor of a query in the transaction of the session. By the extended protocol, which takes one statement
 * alone, and as a cursor, which only a query has: nothing else of what stands in `sql` can be executed.
 */
async function declare(client: Client, sql: string): Promise<void> {
  // A cursor is planned for its first rows otherwise, and all of them are wanted.
  await client.query('SET LOCAL cursor_tuple_fraction = 1')
  const config: QueryConfig & { queryMode: 'extended' } = {
    text: `${HEAD}${bare(sql)}`,
    queryMode: 'extended',
  }
  await client.query(config)
}

const HEAD = `DECLARE ${CURSOR} NO SCROLL CURSOR FOR\n`

const bare = (sql: string) => sql.trim().replace(/(\s*;)+$/, '')

/** How many rows it gives; none of them leaves the server. */
export async function countRows(client: Client, sql: string): Promise<number> {
  await declare(client, sql)
  const { rowCount } = await client.query(`MOVE FORWARD ALL IN ${CURSOR}`)
  return rowCount ?? 0
}

/** What is wrong with how it is written, in words; tables and columns that are not there yet are no mistake. */
export async function syntaxMistake(client: Client, sql: string): Promise<string | undefined> {
  await client.query('SAVEPOINT query')
  try {
    await declare(client, sql)
    return undefined
  } catch (error) {
    if (isServerError(error) && error.code === SYNTAX_ERROR) return syntaxText(error)
    if (isServerError(error)) return undefined
    throw error
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT query')
  }
}

const SYNTAX_ERROR = '42601'

/** The message quotes the plan file, and no row; `position` counts characters of the whole statement. */
export function syntaxText(error: { message: string; position?: string }): string {
  const { position } = error
  const at = Number(position) - HEAD.length
  const place = at > 0 ? `, at its character ${at}` : ''
  if (error.message.includes('multiple commands')) return 'it has several statements, and one query is wanted'
  return `PostgreSQL cannot read it: ${error.message.replace(/\s*\n[\s\S]*$/, '')}${place}`
}

export interface QueryColumn {
  name: string
  /** What its type stands for; a type that stands for none is compared as text. */
  type: LogicalType
  /** It has to be cast to that type. */
  cast: boolean
  /** The function that sends its type. */
  sent: string
}

/** The columns that a query gives; it is not executed. */
export async function queryColumns(client: Client, sql: string): Promise<QueryColumn[]> {
  await declare(client, sql)
  const { fields } = await client.query(`FETCH FORWARD 0 IN ${CURSOR}`)
  await client.query(`CLOSE ${CURSOR}`)
  const { rows } = await client.query<{ type: string; sent: string }>(TYPES, [
    fields.map(({ dataTypeID }) => dataTypeID),
    fields.map(({ dataTypeModifier }) => dataTypeModifier),
  ])
  return fields.map(({ name }, i) => {
    const { type, sent } = rows[i]!
    const stands = logicalType(type)
    return stands
      ? { name, type: stands, cast: false, sent }
      : { name, type: { kind: 'text' }, cast: true, sent: 'textsend' }
  })
}

const TYPES = `
  SELECT pg_catalog.format_type(t.oid, given.modifier) AS type, p.proname AS sent
    FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::int[])) WITH ORDINALITY AS given(id, modifier, n)
    JOIN pg_catalog.pg_type t ON t.oid = given.id
    JOIN pg_catalog.pg_proc p ON p.oid = t.typsend
   ORDER BY given.n`

/** A column as the float that it is close to. */
export const asFloat = (column: QueryColumn): QueryColumn => ({
  ...column,
  ...{ type: { kind: 'float', bits: 64 }, cast: true, sent: 'float8send' },
})

/** All rows of a query that `queryColumns` has taken, to be read by `readCopy`. */
export function copyOfQuery(
  sql: string,
  columns: readonly QueryColumn[],
): Pick<CopySource, 'sql' | 'formats'> {
  const names = columns.map((_, i) => `c${i}`)
  const cells = columns.map(({ cast, type }, i) => (cast ? `q.c${i}::${sqlType(type)}` : `q.c${i}`))
  return {
    sql: `COPY (SELECT ${cells.join(', ')} FROM (\n${bare(sql)}\n) AS q(${names.join(', ')})) TO STDOUT (FORMAT binary)`,
    formats: columns.map(({ type, sent }) => formatOf(type, sent)!),
  }
}
