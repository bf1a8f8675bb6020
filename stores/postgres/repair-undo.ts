/** The way back of a repair, as SQL that the server writes: one statement for each row that it is about to change. */
import type { RepairKind } from '../../model/repair.ts'
import { ident, literal } from './quote.ts'
import { rowsOf } from './repair-rows.ts'
import { listOf, type Stage } from './repair-stage.ts'

/**
 * A query with a text a row: what puts a row back that was overwritten or removed, or takes one away that was
 * written. Values are spelled as PostgreSQL prints them.
 */
export function undoSql(kind: RepairKind, stage: Stage): string {
  const { from, where } = rowsOf(kind, stage)
  return `SELECT ${statementOf(kind, stage)} FROM ${from} WHERE ${where}`
}

function statementOf(kind: RepairKind, stage: Stage): string {
  const { place, all, overwritten } = stage
  switch (kind) {
    case 'missing':
      return `${literal(`DELETE FROM ${place} WHERE `)} || ${named('s', stage)} || ';'`
    case 'different':
      return `${literal(`UPDATE ${place} SET `)} || ${joined(
        overwritten.map(column => `${literal(`${ident(column)} = `)} || ${value('t', column)}`),
        ', ',
      )} || ' WHERE ' || ${named('t', stage)} || ';'`
    case 'surplus':
      return `${literal(`INSERT INTO ${place.replace(/^ONLY /, '')} (${listOf(all)}) OVERRIDING SYSTEM VALUE VALUES (`)} || ${joined(
        all.map(column => value('t', column)),
        ', ',
      )} || ');'`
  }
}

/** The condition that finds a row: by its key, else one of those that have all its values. */
function named(alias: string, { place, key, written }: Stage): string {
  const equal = (column: string, is: string, cast: string) =>
    `${literal(`${ident(column)}${cast} ${is} `)} || ${value(alias, column)}`
  if (key.length > 0)
    return joined(
      key.map(column => equal(column, '=', '')),
      ' AND ',
    )
  // Not every type has an equality, and NULL is none.
  const same = joined(
    written.map(column => equal(column, 'IS NOT DISTINCT FROM', '::text')),
    ' AND ',
  )
  return `${literal(`ctid = (SELECT ctid FROM ${place} WHERE `)} || ${same} || ' LIMIT 1)'`
}

const value = (alias: string, column: string) => `pg_catalog.quote_nullable(${alias}.${ident(column)}::text)`

/** A function's arguments have a limit that an array's items have not. */
const joined = (terms: readonly string[], separator: string) =>
  `pg_catalog.array_to_string(ARRAY[${terms.join(', ')}], ${literal(separator)})`
