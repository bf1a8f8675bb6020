/** Reads the query of a view as PostgreSQL prints it: one SELECT over tables, views and joins of them. */
import type { From, Select } from './ast.ts'
import { Cursor } from './cursor.ts'
import { expression } from './parse.ts'

export function parseSelect(text: string): Select {
  const cursor = new Cursor(text)
  const query = select(cursor)
  if (cursor.token.kind !== 'end') cursor.fail('a query that is more than one SELECT')
  return query
}

function select(cursor: Cursor): Select {
  if (!cursor.take('SELECT')) cursor.fail('a query that does not begin with SELECT')
  const distinct = cursor.take('DISTINCT')
  if (cursor.is('ON')) cursor.fail('DISTINCT ON')
  const query: Select = { distinct, items: cursor.list(() => item(cursor)), groupBy: [], orderBy: [] }
  if (cursor.take('FROM')) query.from = fromList(cursor)
  if (cursor.take('WHERE')) query.where = expression(cursor)
  if (cursor.take('GROUP', 'BY')) query.groupBy = cursor.list(() => groupTerm(cursor))
  if (cursor.take('HAVING')) query.having = expression(cursor)
  if (cursor.take('ORDER', 'BY')) query.orderBy = cursor.list(() => orderTerm(cursor))
  if (cursor.take('LIMIT')) query.limit = expression(cursor)
  if (cursor.take('OFFSET')) query.offset = expression(cursor)
  return query
}

function item(cursor: Cursor): Select['items'][number] {
  const inner = expression(cursor)
  return cursor.take('AS') ? { expression: inner, name: cursor.name() } : { expression: inner }
}

function groupTerm(cursor: Cursor): Select['groupBy'][number] {
  if (cursor.is('ROLLUP') || cursor.is('CUBE') || cursor.is('GROUPING'))
    cursor.fail('several ways of grouping')
  return expression(cursor)
}

function orderTerm(cursor: Cursor): Select['orderBy'][number] {
  const inner = expression(cursor)
  if (cursor.is('USING')) cursor.fail('an order of its own')
  const descending = cursor.take('DESC')
  const nulls = (['FIRST', 'LAST'] as const).find(word => cursor.take('NULLS', word))
  return { expression: inner, descending, ...(nulls && { nulls }) }
}

function fromList(cursor: Cursor): From {
  return cursor
    .list(() => joined(cursor))
    .reduce((left, right) => ({ kind: 'join', left, right, type: 'CROSS' }))
}

const JOINS = [
  { words: ['JOIN'], type: 'INNER' },
  { words: ['LEFT', 'JOIN'], type: 'LEFT' },
  { words: ['RIGHT', 'JOIN'], type: 'RIGHT' },
  { words: ['FULL', 'JOIN'], type: 'FULL' },
  { words: ['CROSS', 'JOIN'], type: 'CROSS' },
] as const

function joined(cursor: Cursor): From {
  let left = source(cursor)
  for (;;) {
    const join = JOINS.find(({ words }) => cursor.take(...words))
    if (!join) return left
    const right = source(cursor)
    if (cursor.is('USING')) cursor.fail('a join with USING')
    const on = join.type === 'CROSS' ? undefined : onOf(cursor)
    left = { kind: 'join', left, right, type: join.type, ...(on && { on }) }
  }
}

function onOf(cursor: Cursor) {
  cursor.expect('ON')
  return expression(cursor)
}

/** What may follow a table, and is no alias of it. */
const AFTER =
  /^(JOIN|LEFT|RIGHT|FULL|CROSS|ON|WHERE|GROUP|HAVING|ORDER|LIMIT|OFFSET|UNION|EXCEPT|INTERSECT|FETCH|FOR|WINDOW|USING|TABLESAMPLE)$/i

function source(cursor: Cursor): From {
  if (cursor.isOperator('(')) return cursor.nested(() => cursor.inParentheses(() => inner(cursor)))
  if (cursor.is('ONLY') || cursor.is('LATERAL') || cursor.is('ROWS'))
    cursor.fail('a table that is read in another way')
  const first = cursor.name()
  const second = cursor.takeOperator('.') ? cursor.name() : undefined
  if (cursor.isOperator('(')) cursor.fail('a function in place of a table')
  const { kind, value } = cursor.token
  const alias = kind === 'quoted' || (kind === 'word' && !AFTER.test(value)) ? cursor.next().value : undefined
  if (alias !== undefined && cursor.isOperator('(')) cursor.fail('other names for the columns of a table')
  return {
    kind: 'table',
    ...(second !== undefined && { schema: first }),
    name: second ?? first,
    ...(alias !== undefined && { alias }),
  }
}

function inner(cursor: Cursor): From {
  if (cursor.is('SELECT') || cursor.is('VALUES') || cursor.is('WITH'))
    cursor.fail('a query in place of a table')
  return joined(cursor)
}
