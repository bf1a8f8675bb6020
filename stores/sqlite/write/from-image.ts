/** Rows of an image, which is attached to the file as `image`, into a table of the file: within SQLite, cell for cell. */
import { noteKeysWritten, noteRowsWritten } from '../../../ledger/in-file/marks.ts'
import { fileTable } from '../../../ledger/in-file/schema.ts'
import { Failure } from '../../../model/failure.ts'
import type { TablePlan, UpsertPlan } from '../../../model/plan.ts'
import { foldName } from '../../../model/sqlite-sql/names.ts'
import type { Cell } from '../../../model/types.ts'
import type { Digest } from '../../digest/digest.ts'
import { digestSource } from '../../digest/source.ts'
import type { KeyRange } from '../../store.ts'
import type { Connection } from '../open.ts'
import { quote } from '../quote.ts'
import { orderedSlices, read } from '../read.ts'
import { readRaw } from '../read-raw.ts'
import { literalsOf, rowName, rowNumber } from './own-rows.ts'

export interface ImageRows {
  read: number
  written: number
  /** The target has their keys, and stays as it is. */
  skipped: number
  /** Of those that were written; as of `Digest.toBytes`. */
  digest: Uint8Array
}

export interface Into {
  /** The file, in a transaction of the caller's. */
  db: Connection
  /** A connection of its own to the image. */
  image: Connection
  run: string
  table: TablePlan
  range: KeyRange
}

/** Rows of a range as the image has them. */
export function digestImage(image: Connection, table: TablePlan, range: KeyRange): Digest {
  return digestSource(sideOf(image), table, range, () => {}).digest
}

const sideOf = (db: Connection) => ({
  read: (table: TablePlan, range: KeyRange) => read(db, table, range),
  readRaw: (table: TablePlan, range: KeyRange) => readRaw(db, table, range),
})

/** Columns that are written: what SQLite computes it computes again. */
const writtenOf = ({ columns }: TablePlan) => columns.filter(({ generated }) => generated === undefined)

/** Into a table that the run has made. */
export function fillTable(into: Into, digest: Digest): ImageRows {
  const { db, image, table, range } = into
  const { access, there } = table
  const columns = writtenOf(table)
  const numbered =
    access.by === 'rowid' && there?.by === 'rowid' && !columns.some(c => c.name === access.name)
  const [to, from] = numbered
    ? [
        [there.name, ...columns.map(c => c.target)],
        [access.name, ...columns.map(c => c.name)],
      ]
    : [columns.map(c => c.target), columns.map(c => c.name)]
  let written = 0
  for (const { where, params, order } of orderedSlices(image, table, range))
    written += db
      .prepare<Cell[]>(
        `INSERT INTO main.${quote(table.target.name)} (${to.map(quote).join(', ')})
         SELECT ${from.map(quote).join(', ')} FROM image.${quote(table.name)} ${where} ${order}`,
      )
      .run(...params).changes
  if (written !== digest.count) throw miscounted(table, digest.count, written)
  return { read: written, written, skipped: 0, digest: digest.toBytes() }
}

/** Into a table that was there before, beside rows with other keys. Fails with `value` where the target has one of the keys. */
export function appendToTable(into: Into, digest: Digest): ImageRows {
  const { db, image, table, range } = into
  const columns = writtenOf(table)
  const names = columns.map(({ target }) => quote(target)).join(', ')
  const cells = columns.map(({ name }) => quote(name)).join(', ')
  let written = 0
  for (const { where, params, order } of orderedSlices(image, table, range)) {
    const from = `image.${quote(table.name)} ${where}`
    const taken = `SELECT count(${hitOf(table)}) FROM (SELECT * FROM ${from}) AS s`
    const hits =
      table.uniques.length === 0
        ? 0
        : db
            .prepare<Cell[], number>(taken)
            .pluck()
            .get(...params)!
    if (hits > 0) throw keysTaken(table, hits)
    written += add(into, names, `SELECT ${cells} FROM ${from} ${order}`, params)
  }
  if (written !== digest.count) throw miscounted(table, digest.count, written)
  return { read: written, written, skipped: 0, digest: digest.toBytes() }
}

const CHUNK = 'longhaul_chunk'

/** Into a table that was there before, by key: what becomes of each row stands in the ledger. */
export function upsertIntoTable(into: Into, upsert: UpsertPlan): ImageRows {
  const { db, table } = into
  gather(into)
  try {
    const count = (where: string) =>
      db.prepare<[], number>(`SELECT count(*) FROM temp.${CHUNK} WHERE ${where}`).pluck().get()!
    const all = count('1')
    const hit = hitName(table)
    const taken = count(`${hit} IS NOT NULL`)
    if (upsert.conflict === 'skip') db.exec(`DELETE FROM temp.${CHUNK} WHERE ${hit} IS NOT NULL`)
    else overwrite(into, upsert)
    const names = writtenOf(table)
      .map(({ target }) => quote(target))
      .join(', ')
    add(into, names, `SELECT ${names} FROM temp.${CHUNK} WHERE ${hit} IS NULL ORDER BY rowid`, [])
    const digest = digestChunk(into)
    const skipped = upsert.conflict === 'skip' ? taken : 0
    return { read: all, written: all - skipped, skipped, digest: digest.toBytes() }
  } finally {
    db.exec(`DROP TABLE IF EXISTS temp.${CHUNK}`)
  }
}

/** What no column of the table is called. */
function hitName({ columns }: TablePlan): string {
  const taken = new Set(columns.map(({ target }) => foldName(target)))
  let name = 'longhaul_hit'
  while (taken.has(name)) name += '_'
  return name
}

/** The chunk's rows under the names of the target, each with the row of the target that has one of its keys. */
function gather({ db, image, table, range }: Into): void {
  db.exec(`DROP TABLE IF EXISTS temp.${CHUNK}`)
  const columns = table.columns.map(({ name, target }) => `s.${quote(name)} AS ${quote(target)}`)
  const hit = hitOf(table)
  for (const [i, { where, params, order }] of orderedSlices(image, table, range).entries()) {
    const rows = `SELECT ${columns.join(', ')}, ${hit} AS ${hitName(table)}
                    FROM (SELECT * FROM image.${quote(table.name)} ${where} ${order}) AS s`
    db.prepare<Cell[]>(
      i === 0 ? `CREATE TEMP TABLE ${CHUNK} AS ${rows}` : `INSERT INTO temp.${CHUNK} ${rows}`,
    ).run(...params)
  }
}

function hitOf(table: TablePlan): string {
  const { uniques, upsert, there, target, columns } = table
  const source = new Map(columns.map(column => [column.target, column.name]))
  const overwrites = upsert?.conflict === 'overwrite' ? [upsert.key.map(({ name }) => name)] : undefined
  const keys = overwrites ?? uniques.map(key => key.columns)
  // The column of the target stands first: its collation decides what is equal there.
  const lookUps = keys.map(key => {
    const same = key.map(name => `t.${quote(name)} = s.${quote(source.get(name)!)}`).join(' AND ')
    return `(SELECT ${rowName(there!, 't')} FROM main.${quote(target.name)} AS t WHERE ${same} LIMIT 1)`
  })
  if (lookUps.length === 0) return 'NULL'
  return lookUps.length === 1 ? lookUps[0]! : `coalesce(${lookUps.join(', ')})`
}

/** Keeps what the rows held, once for the whole run. */
function overwrite({ db, run, table }: Into, { sets }: UpsertPlan): void {
  const names = sets.map(({ name }) => name)
  if (names.length === 0) return
  const target = quote(table.target.name)
  db.prepare(
    `INSERT INTO main.${fileTable('overwritten')} (run_id, table_name, row, old)
     SELECT ?, ?, c.${hitName(table)}, ${literalsOf(names.map(name => `t.${quote(name)}`))}
       FROM temp.${CHUNK} AS c JOIN main.${target} AS t ON ${isHit(table)}
      WHERE true
         ON CONFLICT DO NOTHING`,
  ).run(run, table.name)
  const sub = (name: string) => `${quote(name)} = c.${quote(name)}`
  db.exec(
    `UPDATE main.${target} AS t SET ${names.map(sub).join(', ')} FROM temp.${CHUNK} AS c
      WHERE c.${hitName(table)} IS NOT NULL AND ${isHit(table)}`,
  )
}

function isHit(table: TablePlan): string {
  const [there, hit] = [table.there!, `c.${hitName(table)}`]
  return there.by === 'key'
    ? `${rowName(there, 't')} = ${hit}`
    : `t.${rowNumber(there)} = CAST(${hit} AS INTEGER)`
}

/** Adds the rows of a query, and notes them as the run's; gives how many. */
function add({ db, run, table }: Into, names: string, query: string, params: readonly Cell[]): number {
  const access = table.there!
  const byKey = access.by === 'key'
  const returned = byKey ? literalsOf(access.columns.map(quote)) : rowNumber(access)
  const rows = db
    .prepare<Cell[], bigint | string>(
      `INSERT INTO main.${quote(table.target.name)} (${names}) ${query} RETURNING ${returned}`,
    )
    .pluck()
    .safeIntegers()
    .all(...params)
  if (byKey) noteKeysWritten(db, run, table.name, rows as string[])
  else noteRowsWritten(db, run, table.name, rows as bigint[])
  return rows.length
}

function digestChunk({ db, table }: Into): Digest {
  const columns = table.columns.map(column => ({ ...column, name: column.target }))
  const key = table.key.map(name => table.columns.find(column => column.name === name)!.target)
  const chunk: TablePlan = { ...table, name: CHUNK, columns, key, access: { by: 'whole' } }
  return digestSource({ ...sideOf(db), readRaw: () => undefined }, chunk, {}, () => {}).digest
}

const miscounted = ({ name }: TablePlan, read: number, written: number) =>
  new Failure({
    code: 'internal',
    object: `table "${name}"`,
    message: `${read} rows were read and ${written} written in one chunk, which was taken back`,
  })

const keysTaken = ({ name, target }: TablePlan, rows: number) =>
  new Failure({
    code: 'value',
    object: `table "${name}"`,
    message: `${rows} row(s) of a chunk have a key that the table "${target.name}" of the target has already; nothing of the chunk was written`,
    remedy: 'Say what becomes of such rows with --conflict skip or --conflict overwrite',
  })
