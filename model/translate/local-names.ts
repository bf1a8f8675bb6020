/**
 * Expressions of one SELECT with their names resolved: columns of its FROM become nodes that name one column for
 * certain, aliases the expressions they stand for, and names of windows those windows.
 */
import type { Expression, FunctionCall, Select, Window } from '../sqlite-sql/ast.ts'
import { sameName } from '../sqlite-sql/names.ts'
import { type From, findColumn } from './from.ts'
import { type ColumnRef, type Scope, Untranslatable } from './scope.ts'
import { mapParts, mapWindow } from './tree.ts'

/** No name of SQL: the table of columns that are resolved. Their name is their SQL in the target. */
const RESOLVED = '\u0000resolved'

export interface ResultItem {
  name: string
  alias?: string
  node: Expression
}

export interface LocalNames {
  /** Resolves the columns and windows of an expression. */
  resolve(node: Expression): Expression
  /** The same where names that are no columns may be aliases of `items`: in WHERE, GROUP BY, HAVING, ORDER BY. */
  resolveWith(items: readonly ResultItem[], node: Expression): Expression
  /** A node for a piece of SQL. */
  node(ref: ColumnRef): Expression
  /** The column that a resolved node names. */
  refOf(node: Expression): ColumnRef | undefined
  /** `scope`, and the resolved nodes. */
  scope(scope: Scope): Scope
}

export function localNames(from: From, windows: Select['windows']): LocalNames {
  const refs = new Map<string, ColumnRef>()
  const node = (ref: ColumnRef): Expression => {
    refs.set(ref.sql, ref)
    return { kind: 'column', name: ref.sql, table: RESOLVED, quoted: false }
  }
  const resolve = (part: Expression, items: readonly ResultItem[] = []): Expression => {
    const column = part.kind === 'column' ? local(part, items) : undefined
    if (column) return column
    const named = part.kind === 'call' ? withWindow(part, windows) : part
    return mapParts(named, inner => resolve(inner, items))
  }
  const local = (part: Extract<Expression, { kind: 'column' }>, items: readonly ResultItem[]) => {
    if (part.table === RESOLVED) return part
    const found = findColumn(from, part.name, part.table)
    if (found) return node(found.ref)
    return part.table === undefined ? aliased(items, part.name)?.node : undefined
  }
  const refOf = (part: Expression) =>
    part.kind === 'column' && part.table === RESOLVED ? refs.get(part.name) : undefined
  return {
    resolve: part => resolve(part),
    resolveWith: (items, part) => resolve(part, items),
    node,
    refOf,
    scope: outer => ({
      ...outer,
      column: (name, table) => (table === RESOLVED ? refs.get(name) : outer.column(name, table)),
    }),
  }
}

export function aliased(items: readonly ResultItem[], name: string): ResultItem | undefined {
  return items.find(({ alias }) => alias !== undefined && sameName(alias, name))
}

function withWindow(call: FunctionCall, windows: Select['windows']): FunctionCall {
  if (call.over === undefined) return call
  return { ...call, over: windowOf(typeof call.over === 'string' ? { base: call.over } : call.over, windows) }
}

/** A window with what it takes from the one that it names. */
function windowOf(window: Partial<Window>, windows: Select['windows']): Window {
  const { base: _, ...own } = { partition: [], order: [], ...window }
  if (window.base === undefined) return own
  const base = windows.find(({ name }) => sameName(name, window.base!))
  if (!base) throw new Untranslatable('it names a window that is not there')
  const inherited = windowOf(base.window, windows)
  const order = own.order.length > 0 ? own.order : inherited.order
  return mapWindow({ ...inherited, ...own, partition: inherited.partition, order }, part => part)
}
