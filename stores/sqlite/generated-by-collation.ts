/** Generated columns whose values nobody knows but the application. */
import Database from 'better-sqlite3'
import type { Table } from '../../model/schema.ts'
import { codeOf, sourceFailure } from './errors.ts'
import { isOwn, ownCollationsIn } from './own-collations.ts'
import { quote } from './quote.ts'

/**
 * Throws `Failure('source')` where a virtual column compares texts by a collation of the application's: each other
 * collation may give it other values. Stored ones are read as they are.
 */
export function refuseGeneratedBy(source: string, table: Table): void {
  const own = table.columns.flatMap(({ collation, generated }) => [
    ...(collation && isOwn(collation) ? [collation] : []),
    ...(generated ? ownCollationsIn(generated.expression) : []),
  ])
  const computed = table.columns.filter(({ generated }) => generated && !generated.stored)
  if (own.length === 0 || computed.length === 0) return
  const column = computed.find(({ name }) => needsCollation(table, name))
  if (!column) return
  throw sourceFailure(
    source,
    `column "${column.name}" of table "${table.name}" is computed with a collation (${[...new Set(own)].join(', ')}) that its application brings with it; SQLite cannot compute it without`,
    'Let the application, or a program that has this collation, make the column a stored one',
  )
}

/** Asks a SQLite that has no such collation, over an empty table of the same columns with row numbers. */
function needsCollation(table: Table, column: string): boolean {
  const db = new Database(':memory:')
  try {
    db.exec(`CREATE TABLE ${quote(table.name)} (x)`)
    // Only a schema that is there already may name a collation that is not.
    db.unsafeMode(true)
    db.pragma('writable_schema = ON')
    db.prepare('UPDATE sqlite_schema SET sql = ?').run(definition(table))
    db.pragma('writable_schema = RESET')
    return lacksCollation(() => db.prepare(`SELECT ${quote(column)} FROM ${quote(table.name)}`))
  } finally {
    db.close()
  }
}

/** A function that is missing as well says nothing of collations. */
function lacksCollation(prepare: () => void): boolean {
  try {
    prepare()
    return false
  } catch (error) {
    if (!codeOf(error).startsWith('SQLITE_ERROR')) throw error
    return codeOf(error) === 'SQLITE_ERROR_MISSING_COLLSEQ'
  }
}

function definition({ name, columns }: Table): string {
  const parts = columns.map(column => {
    const collation = column.collation ? ` COLLATE ${quote(column.collation)}` : ''
    const generated = column.generated ? ` AS (${column.generated.expression})` : ''
    return `${quote(column.name)}${collation}${generated}`
  })
  return `CREATE TABLE ${quote(name)} (${parts.join(', ')})`
}
