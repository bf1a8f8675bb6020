/** Rows of a snapshot in ranges of keys. */
import type { TablePlan } from '../../model/plan.ts'
import type { Cell, Row } from '../../model/types.ts'
import { mayBeLarge } from '../large.ts'
import type { KeyRange } from '../store.ts'
import { BATCH_BYTES, BATCH_ROWS, inBatches } from './batches.ts'
import { keyOf, orderBy, type Slice, slicesOf } from './key-order.ts'
import { holdsLarge, LargeValues, type RowName, rowName, smallOnly } from './large-values.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { cellTerm, flagTerms, isReadRaw, rawTexts } from './raw-texts.ts'
import { realsAsTexts } from './reals-as-texts.ts'
import { MAX_ROWID, MIN_ROWID } from './rowid.ts'
import { TextGuard } from './text-guard.ts'

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * The rows of a range in batches, cells in the order of the plan's columns. Integers are `bigint` in wide
 * columns, else `number`. Throws `Failure('value')` where a text is damaged.
 */
export function* read(db: Connection, table: TablePlan, range: KeyRange): Iterable<Row[]> {
  const guard = new TextGuard(db, table)
  guard.start()
  const raw = rawTexts(db, table)
  const print = realsAsTexts(table.columns)
  for (const batch of batchesOf(db, table, range)) {
    if (raw) batch.forEach(raw)
    if (print) batch.forEach(print)
    guard.inspect(batch)
    yield batch
  }
}

function batchesOf(db: Connection, table: TablePlan, range: KeyRange): Iterable<Row[]> {
  const { access } = table
  const name = mayBeLarge(table) ? rowName(db, table) : undefined
  if (name) return inBatches(withLarge(db, table, range, name))
  if (access.by === 'rowid') return byRowid(db, table, access.name, range)
  if (access.by === 'key') return inBatches(byKey(db, table, range))
  return inBatches(iterate(db, table, `SELECT ${columnsOf(table)} FROM ${quote(table.name)}`, []))
}

const columnsOf = (table: TablePlan): string =>
  [...table.columns.map(cellTerm), ...flagTerms(table)].join(', ') || '1'

function byRowid(db: Connection, table: TablePlan, rowid: string, range: KeyRange): Iterable<Row[]> {
  const from = (range.after?.[0] ?? null) as number | bigint | null
  const upTo = (range.upTo?.[0] ?? MAX_ROWID) as number | bigint
  const start: Start = { key: from ?? MIN_ROWID, including: from === null }
  const fits = table.largestRow !== undefined && table.largestRow * BATCH_ROWS <= 16 * BATCH_BYTES
  return fits ? byPages(db, table, rowid, start, upTo) : byCursor(db, table, rowid, start, upTo)
}

interface Start {
  key: number | bigint
  including: boolean
}

/** Page by page with `all`: a third less time than row by row, but a page may come to 300 of the largest rows. */
function* byPages(
  db: Connection,
  table: TablePlan,
  rowid: string,
  start: Start,
  upTo: number | bigint,
): Iterable<Row[]> {
  const at = table.columns.findIndex(({ name }) => name === rowid)
  const terms = at < 0 ? `${columnsOf(table)}, ${quote(rowid)}` : columnsOf(table)
  const sql = (operator: string) => `
    SELECT ${terms} FROM ${quote(table.name)}
     WHERE ${quote(rowid)} ${operator} ? AND ${quote(rowid)} <= ?
     ORDER BY ${quote(rowid)} LIMIT ${BATCH_ROWS}`
  const wide = needsBigints(db, table, rowid)
  const prepare = (operator: string) =>
    db.prepare<(number | bigint)[], Row>(sql(operator)).raw().safeIntegers(wide)
  const narrow = wide ? narrower(table) : undefined
  const next = prepare('>')
  let rows = (start.including ? prepare('>=') : next).all(start.key, upTo)
  while (rows.length > 0) {
    const last = rows.at(-1)!.at(at) as number | bigint
    const isFull = rows.length === BATCH_ROWS
    if (at < 0) for (const row of rows) row.pop()
    if (narrow) rows.forEach(narrow)
    yield rows
    rows = isFull ? next.all(last, upTo) : []
  }
}

function byCursor(
  db: Connection,
  table: TablePlan,
  rowid: string,
  { key, including }: Start,
  upTo: number | bigint,
): Iterable<Row[]> {
  const sql = `
    SELECT ${columnsOf(table)} FROM ${quote(table.name)}
     WHERE ${quote(rowid)} ${including ? '>=' : '>'} ? AND ${quote(rowid)} <= ?
     ORDER BY ${quote(rowid)}`
  return inBatches(iterate(db, table, sql, [key, upTo]))
}

/** Row by row, with values of many megabytes left where they are until they are wanted. */
function* withLarge(db: Connection, table: TablePlan, range: KeyRange, name: RowName): Iterable<Row> {
  const cells = table.columns.map(c => (isReadRaw(c) ? cellTerm(c) : smallOnly(table, c)))
  const small = [...cells, ...flagTerms(table)]
  const terms = [...small, holdsLarge(table), ...name.terms].join(', ')
  const values = new LargeValues(db, table, name.where)
  const narrow = narrower(table)
  for (const { where, params, order } of orderedSlices(db, table, range)) {
    const sql = `SELECT ${terms} FROM ${quote(table.name)} ${where} ${order}`
    const rows = db.prepare<Cell[], Row>(sql).raw().safeIntegers()
    for (const row of rows.iterate(...params)) {
      const key = row.splice(small.length + 1)
      const large = row.pop()
      narrow(row)
      if (large) values.fill(row, key)
      yield row
    }
  }
}

/** The parts of a range in the order in which it is read; together they hold each row once. */
export function orderedSlices(
  db: Connection,
  table: Pick<TablePlan, 'name' | 'access'>,
  range: KeyRange,
): (Slice & { order: string })[] {
  const { access } = table
  if (access.by === 'whole') return [{ where: '', params: [], order: '' }]
  if (access.by === 'rowid') {
    const key = quote(access.name)
    const { after, upTo } = range
    const conditions = [...(after ? [`${key} > ?`] : []), ...(upTo ? [`${key} <= ?`] : [])].join(' AND ')
    const where = conditions && `WHERE ${conditions}`
    return [{ where, params: [...(after ?? []), ...(upTo ?? [])], order: `ORDER BY ${key}` }]
  }
  const key = keyOf(db, table.name)
  return slicesOf(db, key, range).map(slice => ({ ...slice, order: orderBy(key) }))
}

function* byKey(db: Connection, table: TablePlan, range: KeyRange): Iterable<Row> {
  const key = keyOf(db, table.name)
  for (const { where, params } of slicesOf(db, key, range)) {
    const sql = `SELECT ${columnsOf(table)} FROM ${quote(table.name)} ${where} ${orderBy(key)}`
    yield* iterate(db, table, sql, params)
  }
}

function* iterate(db: Connection, table: TablePlan, sql: string, params: Cell[]): Iterable<Row> {
  const wide = table.columns.some(column => column.wide)
  const rows = db
    .prepare<Cell[], Row>(sql)
    .raw()
    .safeIntegers(wide)
    .iterate(...params)
  if (!wide) {
    yield* rows
    return
  }
  const narrow = narrower(table)
  for (const row of rows) {
    narrow(row)
    yield row
  }
}

/** Makes numbers of the bigints in columns that are not wide. */
function narrower({ columns }: TablePlan): (row: Row) => void {
  const narrow = columns.flatMap(({ wide }, i) => (wide ? [] : [i]))
  return row => {
    for (const i of narrow) if (typeof row[i] === 'bigint') row[i] = Number(row[i])
  }
}

/** A hidden row number beyond 2^53 would lose digits as a `number`, and the next page with it. */
function needsBigints(db: Connection, table: TablePlan, rowid: string): boolean {
  if (table.columns.some(column => column.wide)) return true
  const ends = db
    .prepare<[], [bigint | null, bigint | null]>(`
      SELECT (SELECT min(${quote(rowid)}) FROM ${quote(table.name)}),
             (SELECT max(${quote(rowid)}) FROM ${quote(table.name)})`)
    .raw()
    .safeIntegers()
    .get()!
  return ends.some(end => end !== null && (end > MAX_SAFE || end < -MAX_SAFE))
}
