/** Random databases of one table `t`, in every way in which SQLite lays out pages. */
import { writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import fc from 'fast-check'

export type Value = null | bigint | number | string | Uint8Array

export interface AnyDatabase {
  pageBytes: number
  /** Bytes at the end of a page that SQLite leaves alone. */
  reserved: number
  autoVacuum: number
  vacuum: boolean
  columns: AnyColumn[]
  /** Whether the first column is the row number. */
  keyed: boolean
  /** Columns that are there from the start; the others are added when half of the rows are. */
  early: number
  indexes: { unique: boolean; parts: { column: number; collation: string; order: string }[] }[]
  /** Cells by column; the row's number first. */
  rows: { rowid: bigint; cells: Value[] }[]
  updated: { row: number; column: number; value: Value }[]
  deleted: number[]
}

interface AnyColumn {
  type: string
  /** SQL of a constant. */
  default: string
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  // Few letters, so that collations have something to say.
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', ' ', '[', '\0', 'é', '12'), maxLength: 8 }),
  fc.tuple(fc.constantFrom('x', 'y', '🐪'), fc.nat(3000)).map(([text, times]) => text.repeat(times)),
)

const edges = [7, 8, 15, 16, 23, 24, 31, 32, 47, 48, 53, 54, 63].flatMap(bits => {
  const edge = 2n ** BigInt(bits)
  return [edge, edge - 1n, -edge, -edge - 1n].map(value => BigInt.asIntN(64, value))
})

const anyNumber = fc.oneof(
  fc.bigInt({ min: -3n, max: 3n }),
  fc.constantFrom(...edges),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.constantFrom(-0, 0, 1, 2 ** 53, 2 ** 60, -(2 ** 63), 2 ** 63, 1.5),
)

export const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  anyNumber,
  anyText,
  fc.uint8Array({ maxLength: 40 }),
  fc.nat(2000).map(length => new Uint8Array(length).fill(length)),
)

const anyColumn: fc.Arbitrary<AnyColumn> = fc.record({
  type: fc.constantFrom('', 'INT', 'REAL', 'TEXT', 'BLOB', 'NUMERIC', 'DOUBLE'),
  default: fc.constantFrom(
    'NULL',
    '7',
    '2.5',
    '5.0',
    '-0.0',
    '9223372036854775807',
    `''`,
    `'12'`,
    `'äö'`,
    `x''`,
    `x'00ff'`,
  ),
})

const anyRowid = fc.oneof(
  fc.bigInt({ min: 1n, max: 200n }),
  fc.bigInt({ min: -SAFE, max: SAFE }),
  fc.constantFrom(SAFE, -SAFE, 0n, -1n),
)

export const anyDatabase: fc.Arbitrary<AnyDatabase> = fc
  .tuple(fc.array(anyColumn, { minLength: 1, maxLength: 6 }), fc.nat(5))
  .chain(([columns, early]) => {
    const column = fc.nat(columns.length - 1)
    const part = fc.record({
      column,
      collation: fc.constantFrom('BINARY', 'NOCASE', 'RTRIM'),
      order: fc.constantFrom('ASC', 'DESC'),
    })
    return fc.record({
      pageBytes: fc.constantFrom(512, 1024, 4096, 8192, 65_536),
      reserved: fc.constantFrom(0, 0, 1, 12, 32),
      autoVacuum: fc.constantFrom(0, 1, 2),
      vacuum: fc.boolean(),
      columns: fc.constant(columns),
      keyed: fc.boolean(),
      early: fc.constant(Math.min(early + 1, columns.length)),
      indexes: fc.array(
        fc.record({ unique: fc.boolean(), parts: fc.array(part, { minLength: 1, maxLength: 3 }) }),
        { maxLength: 4 },
      ),
      rows: fc.array(
        fc.record({
          rowid: anyRowid,
          cells: fc.array(anyValue, { minLength: columns.length, maxLength: columns.length }),
        }),
        { maxLength: 60, size: 'max' },
      ),
      updated: fc.array(fc.record({ row: fc.nat(59), column, value: anyValue }), { maxLength: 10 }),
      deleted: fc.array(fc.nat(59), { maxLength: 20 }),
    })
  })

/** Writes the database to `path`. Rows that a unique index does not take are left out. */
export function make(path: string, any: AnyDatabase): void {
  const db = new Database(emptyPages(any))
  db.unsafeMode(true)
  const { columns, keyed, early, rows } = any
  const key = keyed ? 'id INTEGER PRIMARY KEY, ' : ''
  db.exec(`CREATE TABLE t (${key}${columns.slice(0, early).map(columnOf).join(', ')})`)
  const half = Math.floor(rows.length / 2)
  insert(db, any, rows.slice(0, half), early)
  for (let i = early; i < columns.length; i++) db.exec(`ALTER TABLE t ADD COLUMN ${columnOf(columns[i]!, i)}`)
  index(db, any)
  insert(db, any, rows.slice(half), columns.length)
  change(db, any)
  if (any.vacuum) db.exec('VACUUM')
  writeFileSync(path, db.serialize())
  db.close()
}

const columnOf = (column: AnyColumn, i: number) => `c${i} ${column.type} DEFAULT ${column.default}`

/** A database without tables, with as many bytes reserved as wanted: SQLite has no PRAGMA for that. */
function emptyPages({ pageBytes, reserved, autoVacuum }: AnyDatabase): Buffer {
  const db = new Database(':memory:')
  db.pragma(`page_size = ${pageBytes}`)
  db.pragma(`auto_vacuum = ${autoVacuum}`)
  db.exec('CREATE TABLE gone (a); DROP TABLE gone; VACUUM')
  const bytes = db.serialize()
  db.close()
  bytes[20] = reserved
  // Where the content of the first page begins: at its end.
  if (reserved > 0) bytes.writeUInt16BE(pageBytes - reserved, 105)
  return bytes
}

function insert(db: Database.Database, any: AnyDatabase, rows: AnyDatabase['rows'], columns: number): void {
  const names = [any.keyed ? 'id' : 'rowid', ...any.columns.slice(0, columns).map((_, i) => `c${i}`)]
  const statement = db.prepare(
    `INSERT OR IGNORE INTO t (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  )
  for (const { rowid, cells } of rows) statement.run(rowid, ...cells.slice(0, columns))
}

function index(db: Database.Database, { indexes }: AnyDatabase): void {
  for (const [i, { unique, parts }] of indexes.entries()) {
    const keys = parts.map(({ column, collation, order }) => `c${column} COLLATE ${collation} ${order}`)
    try {
      db.exec(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX i${i} ON t (${keys.join(', ')})`)
    } catch {
      db.exec(`CREATE INDEX i${i} ON t (${keys.join(', ')})`)
    }
  }
}

function change(db: Database.Database, { rows, updated, deleted }: AnyDatabase): void {
  for (const { row, column, value } of updated)
    db.prepare(`UPDATE OR IGNORE t SET c${column} = ? WHERE rowid = ?`).run(value, rows[row]?.rowid ?? 0n)
  for (const row of deleted) db.prepare('DELETE FROM t WHERE rowid = ?').run(rows[row]?.rowid ?? 0n)
}
