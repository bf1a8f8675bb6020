/** What stands between operators: literals, names, calls, CASE, CAST, and what is in parentheses. */
import type { Expression } from './ast.ts'
import { call } from './call.ts'
import type { Cursor } from './cursor.ts'
import { expression, expressions } from './expression.ts'
import { isName } from './keywords.ts'
import { isQuery, query } from './query.ts'

const MISSING = 'an expression expected'

/** Reads one operand. */
export function term(cursor: Cursor): Expression {
  const { kind, value } = cursor.token
  // Where a point follows, SQLite takes a string for the name of a table.
  if (kind === 'string' && !cursor.isOperator('.', 1)) return { kind, value: cursor.next().value }
  if (kind === 'number') return { kind, text: cursor.next().value }
  if (kind === 'blob') return { kind, hex: cursor.next().value }
  if (kind === 'parameter') return { kind, text: cursor.next().value }
  if (kind === 'operator') return value === '(' ? parenthesized(cursor) : cursor.fail(MISSING)
  return (kind === 'word' && keyword(cursor)) || named(cursor)
}

function keyword(cursor: Cursor): Expression | undefined {
  switch (cursor.token.value.toUpperCase()) {
    case 'NULL':
      cursor.next()
      return { kind: 'null' }
    case 'CASE':
      return cases(cursor)
    case 'CAST':
      return cast(cursor)
    case 'EXISTS':
      cursor.next()
      return { kind: 'exists', not: false, query: cursor.inParentheses(query) }
    case 'RAISE':
      return raise(cursor)
  }
  const what = cursor.takeOneOf('CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME')
  return what && { kind: 'current', what }
}

function named(cursor: Cursor): Expression {
  if (!isName(cursor.token)) cursor.fail(MISSING)
  if (cursor.isOperator('(', 1) && cursor.token.kind !== 'string') return call(cursor)
  const { kind, start, value } = cursor.token
  const names = [cursor.name()]
  while (names.length < 3 && cursor.takeOperator('.')) names.unshift(cursor.name())
  const [name, table, schema] = names as [string, string?, string?]
  if (schema !== undefined && table !== undefined)
    return { kind: 'column', name, table, schema, quoted: false }
  if (table !== undefined) return { kind: 'column', name, table, quoted: false }
  if (kind === 'word' && /^(true|false)$/i.test(value))
    return { kind: 'boolean', value: value.toUpperCase() === 'TRUE' }
  return { kind: 'column', name, quoted: cursor.text[start] === '"' }
}

function parenthesized(cursor: Cursor): Expression {
  return cursor.inParentheses(() => {
    if (isQuery(cursor)) return { kind: 'subquery', query: query(cursor) }
    const items = expressions(cursor)
    return items.length === 1 ? items[0]! : { kind: 'row', items }
  })
}

function cases(cursor: Cursor): Expression {
  cursor.expect('CASE')
  const node: Expression = { kind: 'case', branches: [] }
  if (!cursor.is('WHEN')) node.operand = expression(cursor)
  do {
    cursor.expect('WHEN')
    const when = expression(cursor)
    cursor.expect('THEN')
    // biome-ignore lint/suspicious/noThenProperty: the tree is data, nobody awaits it
    node.branches.push({ when, then: expression(cursor) })
  } while (cursor.is('WHEN'))
  if (cursor.take('ELSE')) node.else = expression(cursor)
  cursor.expect('END')
  return node
}

function cast(cursor: Cursor): Expression {
  cursor.expect('CAST')
  return cursor.inParentheses(() => {
    const operand = expression(cursor)
    cursor.expect('AS')
    return { kind: 'cast', operand, type: typeName(cursor) }
  })
}

/** Words with one blank between, then sizes: `UNSIGNED BIG INT`, `DECIMAL(10,-2)`; SQLite takes an empty one. */
function typeName(cursor: Cursor): string {
  const words: string[] = []
  for (let word = cursor.looseName(); word !== undefined; word = cursor.looseName()) words.push(word)
  if (words.length === 0 || !cursor.isOperator('(')) return words.join(' ')
  const sizes = cursor.inParentheses(() => cursor.list(size))
  return sizes.length > 2 ? cursor.fail('"," not expected') : `${words.join(' ')}(${sizes.join(',')})`
}

function size(cursor: Cursor): string {
  const sign = cursor.takeOperator('-') ? '-' : ''
  if (!sign) cursor.takeOperator('+')
  return cursor.token.kind === 'number' ? sign + cursor.next().value : cursor.fail('a number expected')
}

function raise(cursor: Cursor): Expression {
  cursor.expect('RAISE')
  return cursor.inParentheses(() => {
    if (cursor.take('IGNORE')) return { kind: 'raise', action: 'IGNORE' }
    const action = cursor.takeOneOf('ROLLBACK', 'ABORT', 'FAIL') ?? cursor.fail('an action expected')
    cursor.expectOperator(',')
    return { kind: 'raise', action, message: expression(cursor) }
  })
}
