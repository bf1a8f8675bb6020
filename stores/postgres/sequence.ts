/** Where the number generators of a table stand after its rows were loaded. */
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, literal, qualified } from './quote.ts'

/**
 * Puts the sequence behind an identity or serial column after the greatest number in the rows, after `last`
 * of the plan, and never behind where it stands; with none of the three it is left alone. `sequence` is the
 * quoted, qualified name where the target's description has one (`use`: a default may draw from a sequence
 * that belongs to nobody); else it is the column's own.
 *
 * `setval` is not part of a transaction: what it did stays after a rollback. That leaves a gap in numbers to
 * come and harms nothing, so there is no undo; a table of ours takes its sequence along.
 */
export function setSequence(table: TablePlan, column: ColumnPlan, sequence?: string): Effect {
  const from = qualified(table.target.schema, table.target.name)
  const name = sequence
    ? literal(sequence)
    : `pg_get_serial_sequence(${literal(from)}, ${literal(column.target)})`
  const last = column.identity?.last
  return {
    object: { kind: 'sequence', table: table.name, name: column.target },
    sql: [
      `SELECT setval(behind.seqrelid::regclass, stand.number)
  FROM pg_sequence AS behind,
       LATERAL (SELECT greatest((SELECT max(${ident(column.target)}) FROM ${from}),
                                ${last === undefined ? 'NULL' : literal(last)}::bigint,
                                pg_sequence_last_value(behind.seqrelid))::bigint AS number) AS stand
 WHERE behind.seqrelid = ${name}::regclass
   AND behind.seqincrement > 0
   AND stand.number >= behind.seqmin`,
    ],
    undo: [],
  }
}
