/** Prints trees back with parentheses around every expression, so that nothing is left to precedence. */
import type {
  Assignment,
  CreateTrigger,
  Expression,
  FunctionCall,
  Ordering,
  Query,
  ResultColumn,
  Select,
  Source,
  Statement,
  Upsert,
  Values,
  Window,
} from '../../../model/sqlite-sql/ast.ts'

const name = (text: string): string => `"${text.replaceAll('"', '""')}"`
const names = (all: string[]): string => all.map(name).join(', ')
const some = (before: string, text: string | undefined, after = ''): string =>
  text === undefined || text === '' ? '' : `${before}${text}${after}`
const dotted = (...parts: (string | undefined)[]): string =>
  parts
    .filter(part => part !== undefined)
    .map(name)
    .join('.')

export function printExpression(node: Expression): string {
  // A column name in quotes would be a text where there is no such column.
  if (node.kind === 'column' && node.table === undefined && !node.quoted && /^\w+$/.test(node.name))
    return `(${node.name})`
  return node.kind === 'row' ? bare(node) : `(${bare(node)})`
}

const print = printExpression
const list = (nodes: Expression[]): string => nodes.map(print).join(', ')
const optional = (before: string, node?: Expression): string => some(before, node && print(node))

function bare(node: Expression): string {
  switch (node.kind) {
    case 'number':
    case 'parameter':
      return node.text
    case 'string':
      return `'${node.value.replaceAll("'", "''")}'`
    case 'blob':
      return `x'${node.hex}'`
    case 'null':
      return 'NULL'
    case 'boolean':
      return String(node.value)
    case 'current':
      return node.what
    case 'column':
      return dotted(node.schema, node.table, node.name)
    case 'unary':
      return `${node.operator} ${print(node.operand)}`
    case 'binary':
      return `${print(node.left)} ${node.operator} ${print(node.right)}`
    case 'like':
      return `${print(node.left)} ${not(node)}${node.operator} ${print(node.right)}${optional(' ESCAPE ', node.escape)}`
    case 'is-null':
      return `${print(node.operand)} ${node.not ? 'NOTNULL' : 'ISNULL'}`
    case 'between':
      return `${print(node.operand)} ${not(node)}BETWEEN ${print(node.low)} AND ${print(node.high)}`
    case 'in':
      return `${print(node.operand)} ${not(node)}IN ${members(node.list)}`
    case 'exists':
      return `${not(node)}EXISTS (${printQuery(node.query)})`
    case 'subquery':
      return printQuery(node.query)
    case 'row':
      return `(${list(node.items)})`
    case 'case':
      return `CASE ${optional('', node.operand)}${node.branches
        .map(branch => ` WHEN ${print(branch.when)} THEN ${print(branch.then)}`)
        .join('')}${optional(' ELSE ', node.else)} END`
    case 'cast':
      return `CAST(${print(node.operand)} AS ${node.type})`
    case 'collate':
      return `${print(node.operand)} COLLATE ${name(node.collation)}`
    case 'call':
      return call(node)
    case 'raise':
      return `RAISE(${node.action}${optional(', ', node.message)})`
  }
}

const not = (node: { not: boolean }): string => (node.not ? 'NOT ' : '')

function members(inside: Extract<Expression, { kind: 'in' }>['list']): string {
  if (Array.isArray(inside)) return `(${list(inside)})`
  return inside.kind === 'query' ? `(${printQuery(inside)})` : dotted(inside.schema, inside.name)
}

function call(node: FunctionCall): string {
  const inner = node.star
    ? '*'
    : `${node.distinct ? 'DISTINCT ' : ''}${list(node.arguments)}${order(node.order)}`
  const over =
    typeof node.over === 'string' ? name(node.over) : some('(', node.over && ` ${window(node.over)}`, ')')
  return `${name(node.name)}(${inner})${optional(' FILTER (WHERE ', node.filter)}${node.filter ? ')' : ''}${some(' OVER ', over)}`
}

function window({ base, partition, order: by, frame }: Window): string {
  return `${some('', base && name(base))}${some(' PARTITION BY ', list(partition))}${order(by)}${some(' ', frame)}`
}

const order = (orderings: Ordering[] = []): string => some(' ORDER BY ', orderings.map(ordering).join(', '))
const ordering = (node: Ordering): string =>
  `${print(node.expression)}${node.descending ? ' DESC' : ''}${some(' NULLS ', node.nulls)}`

export function printQuery(node: Query): string {
  const tables = node.with?.tables.map(({ name: table, columns, materialized, query }) => {
    const how = materialized === undefined ? '' : materialized ? 'MATERIALIZED' : 'NOT MATERIALIZED'
    return `${name(table)}${some('(', names(columns), ')')} AS ${how} (${printQuery(query)})`
  })
  const head = some(node.with?.recursive ? 'WITH RECURSIVE ' : 'WITH ', tables?.join(', '), ' ')
  const bodies = node.bodies
    .map((body, i) => some('', node.operators[i - 1], ' ') + printBody(body))
    .join(' ')
  return `${head}${bodies}${order(node.order)}${optional(' LIMIT ', node.limit)}${optional(' OFFSET ', node.offset)}`
}

function printBody(node: Select | Values): string {
  if (node.kind === 'values') return `VALUES ${node.rows.map(row => `(${list(row)})`).join(', ')}`
  return [
    `SELECT ${node.distinct ? 'DISTINCT ' : ''}${node.columns.map(column).join(', ')}`,
    some(' FROM ', node.from && printSource(node.from)),
    optional(' WHERE ', node.where),
    some(' GROUP BY ', list(node.group)),
    optional(' HAVING ', node.having),
    some(' WINDOW ', node.windows.map(w => `${name(w.name)} AS (${window(w.window)})`).join(', ')),
  ].join('')
}

function column(node: ResultColumn): string {
  if (node.kind === 'all') return node.table === undefined ? '*' : `${name(node.table)}.*`
  return print(node.expression) + some(' AS ', node.alias && name(node.alias))
}

function printSource(node: Source): string {
  switch (node.kind) {
    case 'table': {
      const inner = node.arguments && `(${list(node.arguments)})`
      return `${dotted(node.schema, node.name)}${inner ?? ''}${some(' AS ', node.alias && name(node.alias))}`
    }
    case 'query':
      return `(${printQuery(node.query)})${some(' AS ', node.alias && name(node.alias))}`
    case 'join': {
      const right = node.right.kind === 'join' ? `(${printSource(node.right)})` : printSource(node.right)
      const how = `${node.natural ? 'NATURAL ' : ''}${node.type}`
      return `${printSource(node.left)} ${how} JOIN ${right}${optional(' ON ', node.on)}${some(' USING (', names(node.using ?? []), ')')}`
    }
  }
}

function printStatement(node: Statement): string {
  if (node.kind === 'query') return printQuery(node)
  const table = `${name(node.table)}${some(' AS ', node.alias && name(node.alias))}`
  if (node.kind === 'delete') return `DELETE FROM ${table}${optional(' WHERE ', node.where)}`
  const or = some('OR ', node.or, ' ')
  if (node.kind === 'insert')
    return `INSERT ${or}INTO ${table}${some(' (', names(node.columns), ')')} ${printQuery(node.query)}${node.upserts.map(upsert).join('')}`
  const from = some(' FROM ', node.from && printSource(node.from))
  return `UPDATE ${or}${table} SET ${assignments(node.set)}${from}${optional(' WHERE ', node.where)}`
}

const assignments = (all: Assignment[]): string =>
  all.map(({ columns, value }) => `(${names(columns)}) = ${print(value)}`).join(', ')

function upsert({ target, targetWhere, set, where }: Upsert): string {
  const on = some(' (', target.map(ordering).join(', '), ')') + optional(' WHERE ', targetWhere)
  return ` ON CONFLICT${on} DO ${set ? `UPDATE SET ${assignments(set)}${optional(' WHERE ', where)}` : 'NOTHING'}`
}

export function printTrigger(node: CreateTrigger): string {
  return `CREATE TRIGGER ${name(node.name)} ${node.timing} ${node.event}${some(' OF ', names(node.columns))} ON ${name(node.table)}${optional(' WHEN ', node.when)} BEGIN ${node.body.map(statement => `${printStatement(statement)};`).join(' ')} END`
}
