/**
 * Rows that went into quarantine, and original values of altered ones: written in the transaction of their
 * chunk, so that a kill neither doubles nor loses one. `docs/quarantine.md` has the form of `original`.
 */
import type { ChunkClaim } from './claims.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** What the ledger keeps of one row (quarantined) or one cell (altered). */
export interface Kept {
  kind: 'quarantined' | 'altered'
  /** The key in words. */
  key: string
  column: string
  reason: string
  original: Uint8Array
}

/** An entry with its place. */
export interface KeptRow extends Kept {
  table: string
  chunk: number
  no: number
}

/** Above this an original goes alone, as bytes: in a list its text takes twice its size. */
const ALONE = 64 * 1024

/** Writes entries of a chunk whose numbers begin with `from`; gives the number after the last. */
export async function keep(
  sql: Sql,
  place: Place,
  run: string,
  { table, no }: Pick<ChunkClaim, 'table' | 'no'>,
  entries: readonly Kept[],
  from: number,
): Promise<number> {
  const numbered = entries.map((entry, i) => ({ ...entry, number: from + i }))
  const insert = `INSERT INTO ${tableName(place, 'quarantine')}
    (run_id, table_name, chunk_no, no, kind, key, column_name, reason, original)`
  const small = numbered.filter(e => e.original.length <= ALONE)
  if (small.length > 0) {
    await sql.query(
      `${insert}
       SELECT $1, $2, $3, e.* FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[]) AS e`,
      [
        ...[run, table, no],
        ...[small.map(e => e.number), small.map(e => e.kind), small.map(e => e.key)],
        ...[small.map(e => e.column), small.map(e => e.reason), small.map(e => e.original)],
      ],
    )
  }
  for (const e of numbered.filter(e => e.original.length > ALONE)) {
    await sql.query(`${insert} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [
      ...[run, table, no, e.number, e.kind, e.key, e.column, e.reason, e.original],
    ])
  }
  return from + entries.length
}

/** Bytes of originals in one page of `readKept`; one that is larger comes alone. */
const PAGE_BYTES = 2 * 1024 * 1024
const PAGE_ROWS = 1000

/** Where a page begins: behind this entry. */
export type After = Pick<KeptRow, 'table' | 'chunk' | 'no'>

/**
 * Entries of a kind that were not replayed, page by page in the order of table, chunk and number. A page may be
 * written to before the next is asked for.
 */
export async function* readKept(
  sql: Sql,
  place: Place,
  run: string,
  kind: Kept['kind'],
): AsyncGenerator<KeptRow[]> {
  let after: After | undefined
  for (;;) {
    const page = await readPage(sql, place, run, kind, after)
    if (page.length === 0) return
    after = page.at(-1)!
    yield page
  }
}

async function readPage(
  sql: Sql,
  place: Place,
  run: string,
  kind: Kept['kind'],
  after: After | undefined,
): Promise<KeptRow[]> {
  const { rows } = await sql.query(
    `SELECT table_name, chunk_no, no, kind, key, column_name, reason, original
       FROM (SELECT next.*, sum(pg_catalog.octet_length(original)) OVER (ORDER BY table_name, chunk_no, no)
                            - pg_catalog.octet_length(original) AS before
               FROM (SELECT * FROM ${tableName(place, 'quarantine')}
                      WHERE run_id = $1 AND kind = $2 AND replayed_at IS NULL
                        AND ($3::text IS NULL OR (table_name, chunk_no, no) > ($3, $4::integer, $5::bigint))
                      ORDER BY table_name, chunk_no, no LIMIT ${PAGE_ROWS}) AS next) AS page
      WHERE before < ${PAGE_BYTES} ORDER BY table_name, chunk_no, no`,
    [run, kind, after?.table ?? null, after?.chunk ?? null, after?.no ?? null],
  )
  return rows.map(r => ({
    table: r.table_name,
    chunk: r.chunk_no,
    no: Number(r.no),
    kind: r.kind,
    key: r.key,
    column: r.column_name,
    reason: r.reason,
    original: r.original,
  }))
}

/** How many rows of each table are in quarantine, by the ledger's own entries. */
export async function countKept(sql: Sql, place: Place, run: string): Promise<Map<string, number>> {
  const { rows } = await sql.query(
    `SELECT table_name, count(*)::float8 AS n FROM ${tableName(place, 'quarantine')}
      WHERE run_id = $1 AND kind = 'quarantined' AND replayed_at IS NULL GROUP BY table_name`,
    [run],
  )
  return new Map(rows.map(r => [r.table_name, r.n]))
}
