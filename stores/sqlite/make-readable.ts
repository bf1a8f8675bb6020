/**
 * Makes the snapshot of a database readable whose keys and indexes have collations of its application: SQLite without
 * them finds "no query solution" for a WITHOUT ROWID table, and no parent in a table with such a key. In the
 * snapshot they become BINARY, and what was in their order is put into that.
 */
import Database from 'better-sqlite3'
import type { Failure } from '../../model/failure.ts'
import { describe } from './describe.ts'
import { isDescribedBefore, keepDescription } from './description-before.ts'
import { codeOf, damaged, damagedIndex, sourceFailure } from './errors.ts'
import { refuseGeneratedBy } from './generated-by-collation.ts'
import type { Connection } from './open.ts'
import { ownCollationsIn, withBinary } from './own-collations.ts'
import { shapeOf, treesByOwn } from './own-order.ts'
import { quote } from './quote.ts'
import { reorder } from './reorder.ts'

/**
 * Changes a snapshot of `source` that nobody reads yet; one without such collations stays as it is, bit for bit. Throws
 * `Failure('source')` where values depend on such a collation or the file is damaged, and SQLite's own errors.
 */
export async function makeReadable(source: string, copy: string, signal: AbortSignal): Promise<void> {
  const db = new Database(copy, { fileMustExist: true })
  try {
    for (const setting of SETTINGS) db.pragma(setting)
    if (isDescribedBefore(db)) throw isSnapshot(source)
    const texts = textsWithOwn(db)
    if (texts.length > 0) await change(db, source, texts, signal)
  } finally {
    db.close()
  }
}

/** A copy that is not whole is thrown away, so nothing of it must be safe before it is published. */
const SETTINGS = ['trusted_schema = OFF', 'cell_size_check = ON', 'foreign_keys = OFF', 'synchronous = OFF']

const isSnapshot = (source: string) =>
  sourceFailure(
    source,
    `it is a snapshot that longhaul took of another database`,
    'Name the database that it was taken of',
  )

interface Text {
  rowid: number
  /** The table that it is of. */
  table: string
  sql: string
}

function textsWithOwn(db: Connection): Text[] {
  return db
    .prepare<[], Text>(`
      SELECT rowid, tbl_name AS "table", sql
        FROM sqlite_schema
       WHERE type IN ('table', 'index') AND rootpage > 0 AND sql IS NOT NULL`)
    .all()
    .filter(({ sql }) => ownCollationsIn(sql).length > 0)
}

async function change(db: Connection, source: string, texts: Text[], signal: AbortSignal): Promise<void> {
  const schema = describe(db)
  for (const table of schema.tables) refuseGeneratedBy(source, table)
  const affected = treesByOwn(db, new Set(texts.map(({ table }) => table)))
  const shape = shapeOf(db)
  db.unsafeMode(true)
  changeSchema(db, () => {
    keepDescription(db, schema)
    const update = db.prepare('UPDATE sqlite_schema SET sql = ? WHERE rowid = ?')
    for (const { rowid, sql } of texts) update.run(withBinary(sql), rowid)
  })
  if (shapeOf(db) !== shape) throw twins(source, texts)
  for (const { table } of affected.filter(({ isTable }) => isTable)) {
    await heard(signal)
    refuseDamaged(db, source, table)
    // What has the same bytes is the same by any collation.
    unlessTwice(damaged(source, `table "${table}": two rows have the same key`), () =>
      reorder(db, table, act => changeSchema(db, act)),
    )
  }
  for (const { table, index } of affected.filter(({ isTable }) => !isTable)) {
    await heard(signal)
    rebuild(db, source, table, index)
  }
}

/** The schema is read anew after it. */
function changeSchema(db: Connection, act: () => void): void {
  db.pragma('writable_schema = ON')
  db.transaction(act)()
  db.pragma('writable_schema = RESET')
}

async function heard(signal: AbortSignal): Promise<void> {
  await new Promise(setImmediate)
  signal.throwIfAborted()
}

/** Two keys of the same columns that differ by their collations alone are one to SQLite when these are the same. */
function twins(source: string, texts: Text[]) {
  const names = [...new Set(texts.flatMap(({ sql }) => ownCollationsIn(sql)))].join(', ')
  return sourceFailure(
    source,
    `a table has several keys of the same columns, by a collation of its application (${names}) and by another; SQLite cannot read it without that collation`,
    'Let the application, or a program that has the collation, make a copy of the table with one of the keys',
  )
}

/** What is rewritten has no damage to be found afterwards. */
function refuseDamaged(db: Connection, source: string, table: string): void {
  const lines = db
    .prepare<[], string>(`PRAGMA main.quick_check(${quote(table)})`)
    .pluck()
    .all()
  // Pages come as a headline in asterisks and lines below it; that rows are in another order is known.
  const found = lines.find(line => line.startsWith('***'))
  if (found) throw damaged(source, `table "${table}": ${found.replace(/^\*\*\*.*\n/, '').split('\n')[0]}`)
}

function unlessTwice(failure: Failure, act: () => void): void {
  try {
    act()
  } catch (error) {
    throw codeOf(error).startsWith('SQLITE_CONSTRAINT') ? failure : error
  }
}

function rebuild(db: Connection, source: string, table: string, index: string): void {
  try {
    unlessTwice(damagedIndex(source, table, index), () => db.exec(`REINDEX main.${quote(index)}`))
  } catch (error) {
    if (!codeOf(error).startsWith('SQLITE_ERROR')) throw error
    // An expression that SQLite cannot compute, as with a function of the application's. Nobody reads by it.
    db.exec(`DROP INDEX main.${quote(index)}`)
  }
}
