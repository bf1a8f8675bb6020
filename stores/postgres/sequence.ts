/** Where the number generators of a table stand after its rows were loaded. */
import { type ColumnPlan, isLoadedInto, type TablePlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, literal, qualified } from './quote.ts'

/**
 * Puts the sequence behind an identity or serial column after the greatest number in the rows, after `last`
 * of the plan, and never behind where it stands; with none of the three it is left alone.
 *
 * `setval` is not part of a transaction: what it did stays after a rollback. That leaves a gap in numbers to
 * come and harms nothing, so there is no undo; a table of ours takes its sequence along.
 */
export function setSequence(table: TablePlan, column: ColumnPlan): Effect {
  const from = qualified(table.target.schema, table.target.name)
  const last = column.identity?.last
  return {
    object: { kind: 'sequence', table: table.name, name: column.target },
    sql: [
      `SELECT setval(behind.seqrelid::regclass, stand.number)
  FROM pg_sequence AS behind,
       LATERAL (SELECT greatest((SELECT max(${ident(column.target)}) FROM ${from}),
                                ${last === undefined ? 'NULL' : literal(last)}::bigint,
                                pg_sequence_last_value(behind.seqrelid))::bigint AS number) AS stand
 WHERE behind.seqrelid = ${sequenceOf(table, column)}
   AND behind.seqincrement > 0
   AND stand.number >= behind.seqmin`,
    ],
    undo: [],
  }
}

/**
 * An expression for the sequence of a column, as `regclass`; NULL where there is none. In a table that was there
 * before, a default may draw from a sequence that no column owns.
 */
export function sequenceOf(table: TablePlan, column: ColumnPlan): string {
  const { target } = table
  const from = literal(qualified(target.schema, target.name))
  const name = literal(column.target)
  const owned = `pg_get_serial_sequence(${from}, ${name})::regclass`
  if (!isLoadedInto(table)) return owned
  return `coalesce(${owned}, (
         SELECT min(seqrelid)
           FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           JOIN pg_depend ON classid = 'pg_attrdef'::regclass AND objid = pg_attrdef.oid
           JOIN pg_sequence ON refclassid = 'pg_class'::regclass AND seqrelid = refobjid
          WHERE adrelid = ${from}::regclass AND attname = ${name})::regclass)`
}
