/**
 * Expressions of SQLite in PostgreSQL's words, by the types of the target's columns. What is not certain to mean
 * the same is `Untranslatable`.
 */
import type { Expression, Ordering } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { collationOf } from './collation.ts'
import { asText, coerce } from './convert.ts'
import { distinctPart } from './json-class.ts'
import { ownText } from './json-functions.ts'
import { translateNode, truthOf } from './nodes.ts'
import { groupingOf, orderingSql } from './ordering.ts'
import { type Scope, type Translated, Untranslatable } from './scope.ts'
import { BOOLEAN, type Context, isNull, JSONB, nameOf, refuse, TEXT, type Value } from './value.ts'

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

/**
 * `node` as a column of a query. What is a number in some rows and a text in others is a text, and says so.
 * Throws `Untranslatable`.
 */
export function translateResult(node: Expression, scope: Scope, want?: LogicalType): Translated {
  if (want) return translateValue(node, scope, want)
  const context = contextOf(scope)
  const value = textIn(node, context)
  if (!value) return translateValue(node, scope)
  return { ...translated({ sql: asText(value), type: TEXT }, context), merged: true, printed: true }
}

/** A part of a JSON document, or a choice between results that have no type in common. */
function textIn(node: Expression, context: Context): Value | undefined {
  try {
    const value = context.value(node)
    return value.json === undefined ? undefined : value
  } catch (error) {
    if (!(error instanceof Untranslatable) || !isChoice(node)) throw error
    return asTexts(node, context) ?? refuse(error.message)
  }
}

const isChoice = (node: Expression): boolean =>
  node.kind === 'case' || (node.kind === 'call' && /^(coalesce|ifnull|iif|if)$/i.test(node.name))

function asTexts(node: Expression, context: Context): Value | undefined {
  try {
    return context.value(node, TEXT)
  } catch (error) {
    if (error instanceof Untranslatable) return undefined
    throw error
  }
}

/**
 * `node` as a part of an index. Of JSON one that only finds rows has the texts, as `->>` gives them; in a unique one
 * 7 and '7' are not the same, and 1 and true are.
 */
export function translateKey(node: Expression, scope: Scope, unique: boolean): Translated {
  const context = contextOf(scope)
  const { json, bare } = context.value(node)
  if (json === undefined || bare === undefined) return translateValue(node, scope)
  const value = unique ? { sql: distinctPart(json), type: JSONB } : { sql: bare, type: TEXT }
  return { ...translated(value, context), printed: true }
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

/** `node` as a text that JSON is to be read from, and as it was stored. Throws `Untranslatable`. */
export function documentText(node: Expression, scope: Scope): Translated {
  const context = contextOf(scope)
  const { sql } = ownText(context.value(node))
  return translated({ sql, type: TEXT }, context)
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
