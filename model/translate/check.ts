/**
 * CHECK constraints. Only a condition that is false refuses a row, and one that ends in an error refuses it as well:
 * so what has no test that answers may be tried instead.
 */

import type { Expression } from '../sqlite-sql/ast.ts'
import { sameName } from '../sqlite-sql/names.ts'
import { documentText, translateTruth } from './expression.ts'
import type { Scope, Translated } from './scope.ts'
import { some } from './tree.ts'

/**
 * `node` as the condition of a CHECK: SQL that refuses the rows that SQLite refuses, and may call a NULL true.
 * Throws `Untranslatable`.
 */
export function translateCheck(node: Expression, scope: Scope): Translated {
  if (scope.testsJson || !some(node, isJsonTest)) return translateTruth(node, scope)
  return admits(node, scope) ?? translateTruth(node, scope)
}

/** SQL that is false or fails exactly where the condition is false; undefined for a condition of another kind. */
function admits(node: Expression, scope: Scope): Translated | undefined {
  if (!some(node, isJsonTest)) return withoutNull(translateTruth(node, scope))
  if (node.kind === 'binary' && node.operator === 'AND') return both(node.left, node.right, scope)
  if (node.kind === 'binary' && node.operator === 'OR') return either(node.left, node.right, scope)
  const tested = testedBy(node)
  return tested && tries(tested, scope)
}

function both(left: Expression, right: Expression, scope: Scope): Translated | undefined {
  const [a, b] = [admits(left, scope), admits(right, scope)]
  return a && b && joined([a, b], `(${a.sql} AND ${b.sql})`)
}

/** What may fail is not even looked at where the other side admits the row: CASE sees to that, OR does not. */
function either(left: Expression, right: Expression, scope: Scope): Translated | undefined {
  const [sure, risky] = some(left, isJsonTest) ? [right, left] : [left, right]
  if (some(sure, isJsonTest)) return undefined
  const [a, b] = [admits(sure, scope), admits(risky, scope)]
  if (sure.kind === 'is-null' && !sure.not && sameColumn(sure.operand, testedBy(risky))) return b
  return a && b && joined([a, b], `(CASE WHEN ${a.sql} THEN true ELSE ${b.sql} END)`)
}

/** A text that is no JSON fails (RFC 8259 in both engines; SQLite alone refuses more than 1000 levels). */
function tries(tested: Expression, scope: Scope): Translated {
  const text = documentText(tested, scope)
  return { ...text, sql: `(${text.sql} IS NULL OR (${text.sql})::json IS NOT NULL)` }
}

const withoutNull = (truth: Translated): Translated => ({ ...truth, sql: `(${truth.sql} IS NOT FALSE)` })

function joined(parts: Translated[], sql: string): Translated {
  return { sql, ...(parts.some(({ volatile }) => volatile) && { volatile: true }) }
}

const isJsonTest = (node: Expression): boolean =>
  node.kind === 'call' && node.name.toLowerCase() === 'json_valid' && node.arguments.length === 1

/** The x of `json_valid(x)`, also where its truth is compared with 1 or 0. */
function testedBy(node: Expression): Expression | undefined {
  if (node.kind === 'call' && isJsonTest(node)) return node.arguments[0]
  if (node.kind !== 'binary' || node.right.kind !== 'number') return undefined
  const asks = `${node.operator} ${node.right.text}`
  return asks === '= 1' || asks === '<> 0' ? testedBy(node.left) : undefined
}

function sameColumn(a: Expression, b: Expression | undefined): boolean {
  return a.kind === 'column' && b?.kind === 'column' && sameName(a.name, b.name)
}
