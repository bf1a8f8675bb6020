/** What operators stand between: constants, columns, calls, CASE, arrays, and the casts behind them. */
import type { Case, Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './parse.ts'
import { typeName } from './type-name.ts'

export function operand(cursor: Cursor): Expression {
  let left = bare(cursor)
  for (;;) {
    if (cursor.takeOperator('::')) left = { kind: 'cast', operand: left, type: typeName(cursor) }
    else if (cursor.take('COLLATE')) left = { kind: 'collate', operand: left, collation: collation(cursor) }
    else if (cursor.take('AT', 'TIME', 'ZONE')) left = callOf('timezone', [operand(cursor), left])
    else if (cursor.isOperator('[')) cursor.fail('a member of an array')
    else return left
  }
}

function collation(cursor: Cursor): string {
  const name = cursor.name()
  return cursor.takeOperator('.') ? cursor.name() : name
}

function bare(cursor: Cursor): Expression {
  const { kind, value } = cursor.token
  if (kind === 'text') return { kind: 'text', value: cursor.next().value }
  if (kind === 'number') return { kind: 'number', text: cursor.next().value }
  if (cursor.isOperator('(')) return parenthesised(cursor)
  if (kind === 'word') return worded(cursor, value.toUpperCase())
  return kind === 'quoted' ? named(cursor) : cursor.fail('a sign that is not known')
}

function parenthesised(cursor: Cursor): Expression {
  return cursor.inParentheses(() => {
    if (cursor.is('SELECT') || cursor.is('WITH') || cursor.is('VALUES')) cursor.fail('a query inside')
    const inner = expression(cursor)
    return cursor.isOperator(',') ? cursor.fail('a row of values') : inner
  })
}

const CURRENT = ['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'LOCALTIME']
/** Words that begin something else than a column or a call, and are not understood. */
const OTHERS = [
  ...['EXISTS', 'ROW', 'XMLPARSE', 'XMLELEMENT', 'XMLFOREST', 'GROUPING', 'CURRENT_USER', 'SESSION_USER'],
  ...[
    'CURRENT_ROLE',
    'CURRENT_CATALOG',
    'CURRENT_SCHEMA',
    'USER',
    'INTERVAL',
    'CAST',
    'SELECT',
    'OVERLAY',
    'TREAT',
  ],
]

function worded(cursor: Cursor, word: string): Expression {
  if (cursor.take('TRUE')) return { kind: 'truth', value: true }
  if (cursor.take('FALSE')) return { kind: 'truth', value: false }
  if (cursor.take('NULL')) return { kind: 'null' }
  if (cursor.is('CASE')) return caseOf(cursor)
  if (cursor.is('ARRAY')) return arrayOf(cursor)
  if (CURRENT.includes(word)) return current(cursor, word)
  if (cursor.isOperator('(', 1)) {
    if (word === 'EXTRACT') return extract(cursor)
    if (word === 'SUBSTRING' || word === 'POSITION' || word === 'TRIM') return spoken(cursor, word)
  }
  return OTHERS.includes(word) ? cursor.fail(word) : named(cursor)
}

function caseOf(cursor: Cursor): Case {
  cursor.expect('CASE')
  const base = cursor.is('WHEN') ? undefined : expression(cursor)
  const branches: Case['branches'] = []
  while (cursor.take('WHEN')) {
    const when = expression(cursor)
    cursor.expect('THEN')
    branches.push({ when, result: expression(cursor) })
  }
  const otherwise = cursor.take('ELSE') ? expression(cursor) : undefined
  cursor.expect('END')
  return { kind: 'case', ...(base && { operand: base }), branches, ...(otherwise && { otherwise }) }
}

function arrayOf(cursor: Cursor): Expression {
  cursor.expect('ARRAY')
  if (!cursor.takeOperator('[')) return cursor.fail('an array that is no list')
  if (cursor.takeOperator(']')) return { kind: 'array', items: [] }
  const items = cursor.list(() => expression(cursor))
  cursor.expectOperator(']')
  return { kind: 'array', items }
}

function current(cursor: Cursor, what: string): Expression {
  cursor.next()
  return cursor.isOperator('(') ? cursor.fail('a precision of the clock') : { kind: 'current', what }
}

function extract(cursor: Cursor): Expression {
  cursor.next()
  return cursor.inParentheses(() => {
    const field = cursor.name()
    cursor.expect('FROM')
    return { kind: 'extract', field: field.toLowerCase(), operand: expression(cursor) }
  })
}

/** The forms with words between their arguments that PostgreSQL 14 and later print. */
function spoken(cursor: Cursor, word: 'SUBSTRING' | 'POSITION' | 'TRIM'): Expression {
  cursor.next()
  return cursor.inParentheses((): Expression => {
    if (word === 'TRIM') return trimmed(cursor)
    const first = word === 'POSITION' ? operand(cursor) : expression(cursor)
    const rest: Expression[] = []
    while (cursor.take('FROM') || cursor.take('FOR') || cursor.take('IN') || cursor.takeOperator(','))
      rest.push(expression(cursor))
    const given = word === 'POSITION' ? [...rest, first] : [first, ...rest]
    return callOf(word === 'POSITION' ? 'strpos' : 'substring', given)
  })
}

function trimmed(cursor: Cursor): Expression {
  const side = ['BOTH', 'LEADING', 'TRAILING'].find(word => cursor.take(word)) ?? 'BOTH'
  const first = cursor.is('FROM') ? undefined : expression(cursor)
  const text = cursor.take('FROM') ? expression(cursor) : undefined
  const name = { BOTH: 'btrim', LEADING: 'ltrim', TRAILING: 'rtrim' }[side]!
  return callOf(
    name,
    [text, first].flatMap(node => node ?? []),
  )
}

const callOf = (name: string, given: Expression[]): Expression => ({
  kind: 'call',
  name,
  star: false,
  distinct: false,
  arguments: given,
})

/** `name`, `table.name`, `name(…)`, `schema.name(…)`. */
function named(cursor: Cursor): Expression {
  const first = cursor.name()
  const second = cursor.takeOperator('.') ? cursor.name() : undefined
  if (cursor.isOperator('.')) return cursor.fail('a name of three parts')
  if (cursor.isOperator('(')) return call(cursor, second === undefined ? undefined : first, second ?? first)
  return { kind: 'column', ...(second !== undefined && { table: first }), name: second ?? first }
}

function call(cursor: Cursor, schema: string | undefined, name: string): Expression {
  const head = { kind: 'call' as const, ...(schema !== undefined && { schema }), name }
  const inner = cursor.inParentheses(() => {
    if (cursor.isOperator(')')) return { star: false, distinct: false, arguments: [] }
    if (cursor.takeOperator('*')) return { star: true, distinct: false, arguments: [] }
    const distinct = cursor.take('DISTINCT')
    if (cursor.is('VARIADIC')) cursor.fail('VARIADIC')
    return { star: false, distinct, arguments: cursor.list(() => expression(cursor)) }
  })
  if (cursor.is('OVER') || cursor.is('FILTER') || cursor.is('WITHIN')) cursor.fail('a window or a filter')
  return { ...head, ...inner }
}
