/** Triggers of SQLite as bodies of PL/pgSQL functions (https://sqlite.org/lang_createtrigger.html). */
import type { CreateTrigger, Statement } from '../sqlite-sql/ast.ts'
import { translateCondition } from './expression.ts'
import { NOTHING } from './from.ts'
import { translateInsert } from './insert.ts'
import { queryContext } from './query-context.ts'
import { hasRaise, translateCheck } from './raise.ts'
import { type Relations, Untranslatable } from './scope.ts'
import { scopeOf } from './select-scope.ts'
import type { TriggerContext } from './trigger-context.ts'
import { changedRow } from './trigger-row.ts'
import { translateDelete, translateUpdate } from './update.ts'

/**
 * The function's body from BEGIN to END, with the WHEN inside: there it may hold queries, and stand in INSTEAD OF.
 * `guard`: letters and digits that no other trigger has; a setting of that name keeps the trigger from firing
 * itself. Throws `Untranslatable`.
 */
export function translateTrigger(
  trigger: CreateTrigger,
  { relations, guard }: { relations: Relations; guard: string },
): { when?: string; body: string } {
  const { timing, event, columns } = trigger
  if (timing === 'INSTEAD OF' && columns.length > 0)
    throw new Untranslatable('PostgreSQL has no INSTEAD OF trigger for updates of some columns only')
  const relation = queryContext(relations).table(trigger.table)
  const row = changedRow(relation, timing, event)
  const setting = `'longhaul.${guard}'`
  const writes = trigger.body.some(({ kind }) => kind !== 'query')
  const release = writes ? [`PERFORM pg_catalog.set_config(${setting}, '', true);`] : []
  const context: TriggerContext = {
    ...{ timing, event, relation, release },
    query: queryContext(relations, row),
  }
  const leave = `RETURN ${timing === 'AFTER' ? 'NULL' : event === 'DELETE' ? 'OLD' : 'NEW'};`
  const statements = trigger.body.flatMap(statement => translateStatement(statement, context))
  const guarded = writes
    ? [`PERFORM pg_catalog.set_config(${setting}, 'on', true);`, ...statements, ...release]
    : statements
  const condition = trigger.when && translateCondition(trigger.when, scopeOf(NOTHING, context.query))
  const lines = [
    ...(writes
      ? [`IF pg_catalog.current_setting(${setting}, true) = 'on' THEN`, `  ${leave}`, 'END IF;']
      : []),
    ...(condition ? [`IF ${condition} THEN`, ...guarded.map(line => `  ${line}`), 'END IF;'] : guarded),
    leave,
  ]
  return { body: ['BEGIN', ...lines.map(line => `  ${line}`), 'END'].join('\n') }
}

function translateStatement(statement: Statement, context: TriggerContext): string[] {
  if (statement.kind !== 'query' && hasRaise(statement))
    throw new Untranslatable('RAISE elsewhere than in the columns of a SELECT of its own')
  switch (statement.kind) {
    case 'query':
      return translateCheck(statement, context)
    case 'insert':
      return translateInsert(statement, context)
    case 'update':
      return translateUpdate(statement, context)
    case 'delete':
      return translateDelete(statement, context)
  }
}
