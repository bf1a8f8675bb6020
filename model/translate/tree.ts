/** Walks through syntax trees: what stands below an expression, and copies of it with other parts. */
import type { Expression, FunctionCall, Ordering, Query, Window } from '../sqlite-sql/ast.ts'

/** A copy of `node` whose direct parts went through `change`; queries inside it stay as they are. */
export function mapParts(node: Expression, change: (part: Expression) => Expression): Expression {
  switch (node.kind) {
    case 'unary':
    case 'is-null':
    case 'cast':
    case 'collate':
      return { ...node, operand: change(node.operand) }
    case 'binary':
      return { ...node, left: change(node.left), right: change(node.right) }
    case 'like':
      return {
        ...node,
        left: change(node.left),
        right: change(node.right),
        ...(node.escape && { escape: change(node.escape) }),
      }
    case 'between':
      return { ...node, operand: change(node.operand), low: change(node.low), high: change(node.high) }
    case 'in':
      return {
        ...node,
        operand: change(node.operand),
        list: Array.isArray(node.list) ? node.list.map(change) : node.list,
      }
    case 'row':
      return { ...node, items: node.items.map(change) }
    case 'case':
      return {
        ...node,
        ...(node.operand && { operand: change(node.operand) }),
        // biome-ignore lint/suspicious/noThenProperty: the tree is data, nobody awaits it
        branches: node.branches.map(({ when, then }) => ({ when: change(when), then: change(then) })),
        ...(node.else && { else: change(node.else) }),
      }
    case 'call':
      return mapCall(node, change)
    case 'raise':
      return node.message ? { ...node, message: change(node.message) } : node
    default:
      return node
  }
}

function mapCall(node: FunctionCall, change: (part: Expression) => Expression): FunctionCall {
  return {
    ...node,
    arguments: node.arguments.map(change),
    ...(node.order && { order: mapOrder(node.order, change) }),
    ...(node.filter && { filter: change(node.filter) }),
    ...(typeof node.over === 'object' && { over: mapWindow(node.over, change) }),
  }
}

export function mapWindow(window: Window, change: (part: Expression) => Expression): Window {
  return { ...window, partition: window.partition.map(change), order: mapOrder(window.order, change) }
}

function mapOrder(order: Ordering[], change: (part: Expression) => Expression): Ordering[] {
  return order.map(term => ({ ...term, expression: change(term.expression) }))
}

/** Whether `test` holds for the expression or for a part of it, not looking into queries. */
export function some(node: Expression, test: (part: Expression) => boolean): boolean {
  if (test(node)) return true
  let found = false
  mapParts(node, part => {
    found ||= some(part, test)
    return part
  })
  return found
}

/** The conditions that `AND` joins. */
export function conjuncts(node: Expression | undefined): Expression[] {
  if (!node) return []
  if (node.kind === 'binary' && node.operator === 'AND')
    return [...conjuncts(node.left), ...conjuncts(node.right)]
  return [node]
}

const AGGREGATES = new Set([
  'avg',
  'count',
  'group_concat',
  'json_group_array',
  'json_group_object',
  'max',
  'min',
  'string_agg',
  'sum',
  'total',
])

/** A call that makes one value of many rows; `min` and `max` of several values are none. */
export function isAggregate(node: Expression): node is FunctionCall {
  if (node.kind !== 'call' || node.over !== undefined) return false
  const name = node.name.toLowerCase()
  return AGGREGATES.has(name) && !((name === 'min' || name === 'max') && node.arguments.length !== 1)
}

/** The query inside an expression such as `EXISTS (…)` or `x IN (SELECT …)`, where it directly has one. */
export function innerQuery(node: Expression): Query | undefined {
  if (node.kind === 'exists' || node.kind === 'subquery') return node.query
  return node.kind === 'in' && !Array.isArray(node.list) && node.list.kind === 'query' ? node.list : undefined
}
