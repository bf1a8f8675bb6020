/**
 * Expressions of SQLite in PostgreSQL's words, by the types of the target's columns. What is not certain to mean
 * the same is `Untranslatable`.
 */
import type { Expression, Ordering } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { collationOf } from './collation.ts'
import { coerce } from './convert.ts'
import { translateNode, truthOf } from './nodes.ts'
import { groupingOf, orderingSql } from './ordering.ts'
import type { Scope, Translated } from './scope.ts'
import { BOOLEAN, type Context, isNull, nameOf, refuse, type Value } from './value.ts'

/**
 * `node` as a value. `want` is the type that the context needs: literals adapt to it, and the result is of it.
 * Throws `Untranslatable`, also where a value of `want` would not hold the result without loss.
 */
export function translateValue(node: Expression, scope: Scope, want?: LogicalType): Translated {
  const context = contextOf(scope)
  const value = context.value(node, want)
  if (want)
    return translated({ ...coerce(value, want), type: want, ...(value.empty && { empty: true }) }, context)
  if (!value.type && !isNull(value)) return refuse(`a ${nameOf(value)}: its type differs from row to row`)
  return translated(value, context)
}

/** `node` as a condition: SQL of type boolean with SQLite's truth. Throws `Untranslatable`. */
export function translateCondition(node: Expression, scope: Scope): string {
  return contextOf(scope).truth(node)
}

/** The same, with word on whether an index may rest on it. */
export function translateTruth(node: Expression, scope: Scope): Translated {
  const context = contextOf(scope)
  return translated({ sql: context.truth(node), type: BOOLEAN }, context)
}

/** A term of ORDER BY with its direction: NULL first, texts by bytes or by their collation. Throws `Untranslatable`. */
export function translateOrdering(ordering: Ordering, scope: Scope): string {
  return orderingSql(ordering, contextOf(scope))
}

/** A term of GROUP BY or DISTINCT: equal where SQLite calls the values of `node` equal. Throws `Untranslatable`. */
export function translateGrouping(node: Expression, scope: Scope): string {
  return groupingOf(contextOf(scope).value(node))
}

function contextOf(scope: Scope): Context {
  const context: Context = {
    scope,
    volatile: false,
    value: (node, want) => translateNode(node, context, want),
    truth: node => truthOf(context.value(node)),
  }
  return context
}

function translated(value: Value, context: Context): Translated {
  const collation = value.collating ? collationOf(value) : 'BINARY'
  return {
    sql: value.sql,
    ...(value.type && { type: value.type }),
    ...(collation !== 'BINARY' && { collation }),
    ...(value.merged && { merged: true }),
    ...(value.empty && { empty: true }),
    ...(context.volatile && { volatile: true }),
  }
}
