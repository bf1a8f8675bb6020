/** UPDATE and DELETE in a trigger. */
import { quoteName } from '../sql-text.ts'
import type { Delete, Update } from '../sqlite-sql/ast.ts'
import { translateSet } from './assign.ts'
import { translateCondition } from './expression.ts'
import { type From, itemOf, NOTHING, translateFrom } from './from.ts'
import { ownRow } from './own-row.ts'
import type { QueryContext } from './query-context.ts'
import { type RelationRef, Untranslatable } from './scope.ts'
import { scopeOf } from './select-scope.ts'
import { type TriggerContext, writtenTable } from './trigger-context.ts'

/** Throws `Untranslatable`. */
export function translateUpdate(update: Update, trigger: TriggerContext): string[] {
  if (update.or === 'IGNORE' || update.or === 'REPLACE')
    throw new Untranslatable(`UPDATE OR ${update.or}: PostgreSQL has no such thing`)
  const relation = writtenTable(update.table, trigger)
  const context = trigger.query.within()
  const target = targetOf(relation, update, context)
  const others = update.from ? translateFrom(update.from, context) : NOTHING
  const scope = scopeOf(both(target, others), context)
  const where = update.where && ownRow(update.where, target, relation, trigger)
  const pieces = [
    `UPDATE ${target.sql}`,
    `SET ${translateSet(update.set, relation, scope, context)}`,
    others.sql && `FROM ${others.sql}`,
    where && `WHERE ${translateCondition(where, scope)}`,
  ]
  return [`${pieces.filter(Boolean).join(' ')};`]
}

/** Throws `Untranslatable`. */
export function translateDelete(remove: Delete, trigger: TriggerContext): string[] {
  const context = trigger.query.within()
  const relation = writtenTable(remove.table, trigger)
  const target = targetOf(relation, remove, context)
  const own = remove.where && ownRow(remove.where, target, relation, trigger)
  const where = own && translateCondition(own, scopeOf(target, context))
  return [`DELETE FROM ${target.sql}${where ? ` WHERE ${where}` : ''};`]
}

/** The table that is written, as a FROM of its own. */
export function targetOf(
  relation: RelationRef,
  { table, alias = table }: { table: string; alias?: string },
  context: QueryContext,
): From {
  const name = context.alias(alias)
  const item = itemOf(relation, name, alias)
  return {
    ...NOTHING,
    sql: `${relation.sql} AS ${quoteName(name)}`,
    items: [item],
    visible: item.columns.filter(({ hidden }) => !hidden),
  }
}

function both(target: From, others: From): From {
  return {
    ...target,
    items: [...target.items, ...others.items],
    visible: [...target.visible, ...others.visible],
  }
}
