/** FROM: tables, functions as tables, queries, and joins of them. */
import type { Query, Source } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression, expressions } from './expression.ts'
import { isName } from './keywords.ts'
import { isQuery, query } from './query.ts'

type Join = Extract<Source, { kind: 'join' }>

/** Reads what follows FROM. A comma joins as INNER; all joins are read from the left. */
export function source(cursor: Cursor): Source {
  return cursor.nested(() => {
    let left = item(cursor)
    for (let join = joinOperator(cursor); join; join = joinOperator(cursor)) {
      const node: Join = { kind: 'join', ...join, left, right: item(cursor) }
      constrain(cursor, node)
      left = node
    }
    return left
  })
}

function constrain(cursor: Cursor, join: Join): void {
  if (join.natural && (cursor.is('ON') || cursor.is('USING')))
    cursor.fail('a NATURAL join has no ON or USING')
  if (cursor.take('ON')) join.on = expression(cursor)
  else if (cursor.take('USING')) join.using = cursor.inParentheses(() => cursor.list(() => cursor.name()))
}

/** Reads `AS name`, or `name`, if it stands here. */
export function alias(cursor: Cursor): string | undefined {
  if (cursor.take('AS')) return cursor.name()
  return isWindowClause(cursor) ? undefined : cursor.looseName()
}

/** WINDOW is a keyword only before `name AS` (tokenize.c). */
export function isWindowClause(cursor: Cursor): boolean {
  const as = cursor.ahead(2)
  return (
    cursor.is('WINDOW') && isName(cursor.ahead(1)) && as.kind === 'word' && as.value.toUpperCase() === 'AS'
  )
}

function item(cursor: Cursor): Source {
  if (!cursor.isOperator('(')) return table(cursor)
  const inner = cursor.inParentheses(() => (isQuery(cursor) ? query(cursor) : source(cursor)))
  return renamed(inner, alias(cursor))
}

function table(cursor: Cursor): Source {
  const first = cursor.name()
  const node: Source = cursor.takeOperator('.')
    ? { kind: 'table', name: cursor.name(), schema: first }
    : { kind: 'table', name: first }
  if (cursor.isOperator('('))
    node.arguments = cursor.inParentheses(() => (cursor.isOperator(')') ? [] : expressions(cursor)))
  const name = alias(cursor)
  if (name !== undefined) node.alias = name
  if (cursor.take('INDEXED', 'BY')) cursor.name()
  else cursor.take('NOT', 'INDEXED')
  return node
}

function renamed(inner: Query | Source, name: string | undefined): Source {
  const node: Source = inner.kind === 'query' && 'bodies' in inner ? { kind: 'query', query: inner } : inner
  if (name === undefined) return node
  // For SQLite a join in parentheses with a name is a query of all its columns.
  return node.kind === 'join'
    ? { kind: 'query', query: everythingOf(node), alias: name }
    : { ...node, alias: name }
}

/** `SELECT * FROM …`. */
export function everythingOf(from: Source): Query {
  const select = {
    kind: 'select' as const,
    distinct: false,
    columns: [{ kind: 'all' as const }],
    from,
    group: [],
    windows: [],
  }
  return { kind: 'query', bodies: [select], operators: [], order: [] }
}

const JOIN_WORDS = ['NATURAL', 'LEFT', 'RIGHT', 'FULL', 'OUTER', 'INNER', 'CROSS'] as const

function joinOperator(cursor: Cursor): Pick<Join, 'type' | 'natural'> | undefined {
  if (cursor.takeOperator(',')) return { type: 'INNER', natural: false }
  const words = new Set<(typeof JOIN_WORDS)[number]>()
  for (let word = cursor.takeOneOf(...JOIN_WORDS); word; word = cursor.takeOneOf(...JOIN_WORDS))
    words.add(word)
  if (words.size === 0 && !cursor.is('JOIN')) return undefined
  cursor.expect('JOIN')
  const natural = words.delete('NATURAL')
  return { type: joinType(words) ?? cursor.fail('no such kind of join'), natural }
}

/** As sqlite3JoinType: the words may stand in any order, and LEFT RIGHT is FULL. */
function joinType(words: ReadonlySet<string>): Join['type'] | undefined {
  const isInner = words.has('INNER') || words.has('CROSS')
  const isOuter = ['OUTER', 'LEFT', 'RIGHT', 'FULL'].some(word => words.has(word))
  if (isInner && isOuter) return undefined
  if (!isOuter) return words.has('CROSS') ? 'CROSS' : 'INNER'
  if (words.has('FULL') || (words.has('LEFT') && words.has('RIGHT'))) return 'FULL'
  return words.has('LEFT') ? 'LEFT' : words.has('RIGHT') ? 'RIGHT' : undefined
}
