/**
 * Rows that a run wrote, told from rows of others by the transactions that wrote them: `xmin` of the row among
 * `written_by` of its chunks. Statements as text, since a rollback executes them and a script prints them.
 *
 * `xmin` has 32 of a transaction id's 64 bits and keeps them when a row is frozen: it can mean another transaction
 * only where ids have gone round since, which `idsHold` asks.
 */
import type { UpsertPlan } from '../model/plan.ts'
import { quoteName, quoteText } from '../model/sql-text.ts'
import { wasThere } from './image.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** A table of a run: by its name in the source, and where it stands. */
export interface RunTable {
  name: string
  target: { schema: string; name: string }
  /** Rows of others may have been written over, which go back to what they were. */
  upsert?: UpsertPlan
}

/** What goes of a table: every row, or those of the run; narrowed by a condition of the operator. */
export interface Going extends RunTable {
  every: boolean
  where?: string
  /** Rows that were there get their old values back also where somebody has changed them since. */
  changed?: true
}

/** The table as SQL names it, with its schema. */
export const placeOf = ({ target }: RunTable) => `${quoteName(target.schema)}.${quoteName(target.name)}`

/** A condition over rows of the alias: this run wrote them. */
export function isOwn(place: Place, run: string, { name }: RunTable, alias: string): string {
  return `${alias}.xmin IN (SELECT pg_catalog.unnest(c.written_by)::pg_catalog.xid FROM ${tableName(place, 'chunk')} AS c
             WHERE c.run_id = ${quoteText(run)} AND c.table_name = ${quoteText(name)})`
}

/** Whether rows of others may have been written over. */
export const overwrites = <T extends RunTable>(table: T): table is T & { upsert: UpsertPlan } =>
  table.upsert !== undefined && table.upsert.sets.length > 0

/** A condition over rows of the alias: they go, and do not only get back what they were. */
export function goes(place: Place, run: string, table: Going, alias: string): string {
  const taken = isTaken(place, run, table, alias)
  return overwrites(table) ? `${taken} AND NOT ${wasThere(place, run, table, alias)}` : taken
}

/**
 * A condition over rows of the alias: what they are goes, whether with the row or for what it was before. The operator's
 * condition ends with its line, so that a comment does.
 */
export function isTaken(place: Place, run: string, table: Going, alias: string): string {
  const terms = [
    ...(table.every ? [] : [isOwn(place, run, table, alias)]),
    ...(table.where === undefined ? [] : [`(${table.where}\n)`]),
  ]
  return terms.length > 0 ? terms.join(' AND ') : 'true'
}

/**
 * Deletes rows of several tables in one statement, so that they may refer to each other, and corrects what the
 * ledger says of their chunks: rows that go count as skipped. Gives `table_name` and `rows` of each. Rows of others
 * (`every`) are deleted and not counted.
 */
export function deleteRowsSql(place: Place, run: string, tables: readonly Going[]): string {
  const deletes = tables.map(
    (table, i) =>
      `gone_${i} AS (DELETE FROM ${placeOf(table)} AS t WHERE ${goes(place, run, table, 't')} RETURNING t.xmin AS id)`,
  )
  const counts = tables.map(
    ({ name }, i) =>
      `SELECT ${quoteText(name)} AS table_name, id, pg_catalog.count(*) AS n FROM gone_${i} GROUP BY id`,
  )
  const chunk = tableName(place, 'chunk')
  return `WITH ${deletes.join(',\n     ')},
     gone AS (${counts.join('\n       UNION ALL ')}),
     per_chunk AS (
       SELECT c.table_name, c.no, pg_catalog.sum(gone.n)::bigint AS n
         FROM ${chunk} AS c JOIN gone ON gone.table_name = c.table_name AND gone.id = ANY (c.written_by::pg_catalog.xid[])
        WHERE c.run_id = ${quoteText(run)} GROUP BY c.table_name, c.no),
     corrected AS (
       UPDATE ${chunk} AS chunk
          SET rows_written = greatest(chunk.rows_written - per_chunk.n, 0), skipped = chunk.skipped + per_chunk.n, digest = NULL
         FROM per_chunk
        WHERE chunk.run_id = ${quoteText(run)} AND chunk.table_name = per_chunk.table_name AND chunk.no = per_chunk.no)
SELECT table_name, pg_catalog.sum(n)::float8 AS rows FROM gone GROUP BY table_name`
}

/**
 * Triggers of users on these tables, and on those whose rows count as theirs, are off until `loudSql` in the same
 * transaction, and then as they were. What brings them back stands in a setting of the transaction, so that no table
 * is needed for it.
 */
export function quietSql(tables: readonly RunTable[]): string {
  const places = tables.map(table => `${quoteText(placeOf(table))}::pg_catalog.regclass`)
  return `DO ${quoteText(`
DECLARE t record; loud text := ''; alter_table text;
BEGIN
  FOR t IN WITH RECURSIVE part AS (
             SELECT pg_catalog.unnest(ARRAY[${places.join(', ')}])::pg_catalog.oid AS oid
              UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.oid)
           SELECT tgrelid::pg_catalog.regclass AS place, tgname, tgenabled
             FROM pg_catalog.pg_trigger JOIN part ON tgrelid = part.oid
            WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
  LOOP
    alter_table := pg_catalog.format('ALTER TABLE ONLY %s ', t.place);
    EXECUTE alter_table || pg_catalog.format('DISABLE TRIGGER %I', t.tgname);
    loud := loud || alter_table || CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS TRIGGER ' ELSE 'ENABLE TRIGGER ' END
                 || pg_catalog.quote_ident(t.tgname) || '; ';
  END LOOP;
  PERFORM pg_catalog.set_config('longhaul.loud', loud, true);
END`)}`
}

/** A key that is looked at only at the commit would have its events pending, and no table with such is altered. */
export const loudSql = (): string[] => [
  'SET CONSTRAINTS ALL IMMEDIATE',
  `DO ${quoteText("BEGIN EXECUTE pg_catalog.current_setting('longhaul.loud'); END")}`,
]

/** After all rows of tables went at once: nothing of what their chunks wrote is there. Gives the same. */
export function nothingWrittenSql(place: Place, run: string, tables: readonly RunTable[]): string {
  const chunk = tableName(place, 'chunk')
  const these = `run_id = ${quoteText(run)} AND table_name IN (${names(tables)}) AND rows_written > 0`
  return `WITH gone AS (
       SELECT table_name, pg_catalog.sum(rows_written)::float8 AS rows FROM ${chunk} WHERE ${these} GROUP BY table_name),
     corrected AS (
       UPDATE ${chunk} SET skipped = skipped + rows_written, rows_written = 0, digest = NULL WHERE ${these})
SELECT table_name, rows FROM gone`
}

/** What was found out about tables whose rows went, or some of them, holds no longer. */
export function unsettleSql(place: Place, run: string, tables: readonly RunTable[]): string {
  return `UPDATE ${tableName(place, 'table_run')} SET counted = NULL, target_digest = NULL, verdict = NULL, error = NULL
           WHERE run_id = ${quoteText(run)} AND name IN (${names(tables)})`
}

const names = (tables: readonly RunTable[]) => tables.map(({ name }) => quoteText(name)).join(', ')

/**
 * How many rows a table has, how many of them this run wrote, and how many it says that it wrote: in one statement, so
 * that a chunk which is committed meanwhile counts in all of them or in none.
 */
export async function tally(
  sql: Sql,
  place: Place,
  run: string,
  table: RunTable,
): Promise<{ rows: number; own: number; written: number }> {
  const { rows } = await sql.query(
    `SELECT pg_catalog.count(*)::float8 AS rows, pg_catalog.count(*) FILTER (WHERE ${isOwn(place, run, table, 't')})::float8 AS own,
            (SELECT coalesce(pg_catalog.sum(rows_written), 0)::float8 FROM ${tableName(place, 'chunk')}
              WHERE run_id = $1 AND table_name = $2) AS written
       FROM ${placeOf(table)} AS t`,
    [run, table.name],
  )
  return rows[0]
}

/** Why rows of an older ledger cannot be told from others'. */
export const NO_TRANSACTIONS =
  'an earlier version of longhaul wrote them, which did not note its transactions'

/** Ids come round after 2^32; the last ones of the round are taken for gone, while a rollback goes on. */
const ROUND = 2 ** 32 - 2 ** 24

/**
 * Why rows of the run cannot be told from others' by their transactions, in words; undefined where they can. A
 * chunk without its transaction was done by a version that kept none.
 */
export async function idsHold(
  sql: Sql,
  place: Place,
  run: string,
  table: RunTable,
): Promise<string | undefined> {
  const { rows } = await sql.query(
    `SELECT pg_catalog.bool_or(written_by IS NULL) AS unknown,
            pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::float8
              - min((SELECT min(id::text::float8) FROM pg_catalog.unnest(written_by) AS id)) AS age
       FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND table_name = $2 AND done AND rows_written > 0`,
    [run, table.name],
  )
  if (rows[0].unknown) return NO_TRANSACTIONS
  if (rows[0].age !== null && rows[0].age >= ROUND)
    return 'so many transactions have come since that their numbers are used again'
  return undefined
}
