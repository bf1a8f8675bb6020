/** Queries: WITH, SELECT and VALUES, what joins them, ORDER BY and LIMIT (https://sqlite.org/lang_select.html). */
import type { CommonTable, Expression, Query, ResultColumn, Select, Values } from './ast.ts'
import { window } from './call.ts'
import type { Cursor } from './cursor.ts'
import { expression, expressions } from './expression.ts'
import { isName } from './keywords.ts'
import { orderBy } from './order.ts'
import { alias, isWindowClause, source } from './source.ts'

/** Whether a query begins here. */
export function isQuery(cursor: Cursor): boolean {
  return cursor.is('SELECT') || cursor.is('VALUES') || cursor.is('WITH')
}

/** Reads a whole query. */
export function query(cursor: Cursor): Query {
  return cursor.nested(() => {
    const node: Query = { kind: 'query', bodies: [], operators: [], order: [] }
    if (cursor.take('WITH'))
      node.with = { recursive: cursor.take('RECURSIVE'), tables: cursor.list(commonTable) }
    for (;;) {
      node.bodies.push(body(cursor))
      const operator = compoundOperator(cursor)
      if (!operator) break
      node.operators.push(operator)
    }
    // VALUES cannot be ordered or limited, also not as the last of several.
    if (node.bodies.at(-1)!.kind === 'select') {
      node.order = orderBy(cursor)
      Object.assign(node, limits(cursor))
    }
    return node
  })
}

function commonTable(cursor: Cursor): CommonTable {
  const node = { name: cursor.name(), columns: columnNames(cursor) }
  cursor.expect('AS')
  if (cursor.take('MATERIALIZED')) return { ...node, materialized: true, query: cursor.inParentheses(query) }
  if (cursor.take('NOT', 'MATERIALIZED'))
    return { ...node, materialized: false, query: cursor.inParentheses(query) }
  return { ...node, query: cursor.inParentheses(query) }
}

/** Reads `(a, b)` if it stands here. */
export function columnNames(cursor: Cursor): string[] {
  return cursor.isOperator('(') ? cursor.inParentheses(() => cursor.list(() => cursor.name())) : []
}

function compoundOperator(cursor: Cursor): Query['operators'][number] | undefined {
  if (cursor.take('UNION', 'ALL')) return 'UNION ALL'
  return cursor.takeOneOf('UNION', 'INTERSECT', 'EXCEPT')
}

function limits(cursor: Cursor): { limit?: Expression; offset?: Expression } {
  if (!cursor.take('LIMIT')) return {}
  const first = expression(cursor)
  if (cursor.take('OFFSET')) return { limit: first, offset: expression(cursor) }
  return cursor.takeOperator(',') ? { limit: expression(cursor), offset: first } : { limit: first }
}

function body(cursor: Cursor): Select | Values {
  if (cursor.take('VALUES'))
    return { kind: 'values', rows: cursor.list(() => cursor.inParentheses(expressions)) }
  cursor.expect('SELECT')
  const distinct = cursor.take('DISTINCT')
  if (!distinct) cursor.take('ALL')
  const columns = cursor.list(resultColumn)
  const node: Select = { kind: 'select', distinct, columns, group: [], windows: [] }
  if (cursor.take('FROM')) node.from = source(cursor)
  if (cursor.take('WHERE')) node.where = expression(cursor)
  if (cursor.take('GROUP', 'BY')) node.group = expressions(cursor)
  if (cursor.take('HAVING')) node.having = expression(cursor)
  if (isWindowClause(cursor)) {
    cursor.next()
    node.windows = cursor.list(namedWindow)
  }
  return node
}

function namedWindow(cursor: Cursor): Select['windows'][number] {
  const name = cursor.name()
  cursor.expect('AS')
  return { name, window: cursor.inParentheses(window) }
}

function resultColumn(cursor: Cursor): ResultColumn {
  if (cursor.takeOperator('*')) return { kind: 'all' }
  if (isName(cursor.token) && cursor.isOperator('.', 1) && cursor.isOperator('*', 2)) {
    const table = cursor.name()
    cursor.next()
    cursor.next()
    return { kind: 'all', table }
  }
  const { start } = cursor.token
  const value = expression(cursor)
  // SQLite's name reaches up to the next token, comments included.
  const text = cursor.text.slice(start, cursor.token.start).replace(/[ \t\n\v\f\r]+$/, '')
  const name = alias(cursor)
  return name === undefined
    ? { kind: 'expression', expression: value, text }
    : { kind: 'expression', expression: value, alias: name, text }
}
