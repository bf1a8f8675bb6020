/**
 * Commands to a full-text table, which are INSERTs into a column of its own name
 * (https://sqlite.org/fts5.html, 6): how triggers tell an index of other tables' texts what is gone.
 */
import type { Expression, Insert } from '../sqlite-sql/ast.ts'
import { foldName, isRowNumber, sameName } from '../sqlite-sql/names.ts'
import { translateCondition, translateValue } from './expression.ts'
import { NOTHING } from './from.ts'
import { type RelationRef, Untranslatable } from './scope.ts'
import { scopeOf } from './select-scope.ts'
import type { TriggerContext } from './trigger-context.ts'
import { relationColumn } from './trigger-row.ts'
import { targetOf } from './update.ts'

/** Those that only tend the index, of which PostgreSQL takes care itself. */
const CARE = [
  'optimize',
  'merge',
  'automerge',
  'crisismerge',
  'pgsz',
  'usermerge',
  'integrity-check',
  'flush',
]

export function isSearchCommand({ table, columns: [first] }: Insert, { columns }: RelationRef): boolean {
  const isOwn = first !== undefined && sameName(first, table)
  return isOwn && !columns.some(({ name }) => sameName(name, table))
}

/** Throws `Untranslatable`. */
export function translateSearchCommand(
  insert: Insert,
  relation: RelationRef,
  trigger: TriggerContext,
): string[] {
  const { values, where } = singleRow(insert)
  const command = values[0]?.kind === 'string' ? foldName(values[0].value) : ''
  if (CARE.includes(command)) return []
  const context = trigger.query.within()
  const target = targetOf(relation, insert, context)
  const scope = scopeOf(NOTHING, context)
  const conditions = where ? [translateCondition(where, scope)] : []
  if (command === 'delete') {
    const number = relationColumn(relation, 'rowid')
    const value = values[insert.columns.findIndex(isRowNumber)]
    const ref = target.items[0]!.columns.find(({ name }) => name === number?.name)?.ref
    if (!ref || !value) throw new Untranslatable('a command to a full-text table without its rowid')
    const { sql } = translateValue(value, scope, { kind: 'integer', bits: 64 })
    conditions.unshift(`${ref.sql} = ${sql}`)
  } else if (command !== 'delete-all')
    throw new Untranslatable('a command to a full-text table that PostgreSQL knows nothing of')
  return [`DELETE FROM ${target.sql}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''};`]
}

function singleRow({ query }: Insert): { values: Expression[]; where?: Expression } {
  const [body] = query.bodies
  if (query.bodies.length === 1 && body?.kind === 'values' && body.rows.length === 1)
    return { values: body.rows[0]! }
  const isPlain = query.bodies.length === 1 && body?.kind === 'select' && !body.from
  if (!isPlain) throw new Untranslatable('commands to a full-text table for many rows')
  const values = body.columns.map(column =>
    column.kind === 'expression' ? column.expression : ({ kind: 'null' } as const),
  )
  return { values, ...(body.where && { where: body.where }) }
}
