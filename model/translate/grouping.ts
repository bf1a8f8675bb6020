/**
 * Columns that are neither grouped nor inside of an aggregate. SQLite takes any row's; what that row is, is certain
 * where the grouped columns determine it, or where a single min() or max() does
 * (https://sqlite.org/lang_select.html#bareagg).
 */
import type { Expression, FunctionCall, Ordering } from '../sqlite-sql/ast.ts'
import { determinedBy, type Knowledge } from './determined.ts'
import { translateOrdering } from './expression.ts'
import type { LocalNames, ResultItem } from './local-names.ts'
import { type ColumnRef, type Scope, Untranslatable } from './scope.ts'
import { isAggregate, mapParts } from './tree.ts'

export interface Grouping {
  /** The expression for a place where rows are groups already. Throws `Untranslatable`. */
  settle(node: Expression, scope: Scope): Expression
  /** Hears of a column that a query inside an expression reads. Throws `Untranslatable`. */
  use(ref: ColumnRef): void
  /** What to group by: what the source names, and columns read above that it determines. */
  keys(): Expression[]
}

export interface Grouped extends Knowledge {
  names: LocalNames
  keys: readonly Expression[]
  items: readonly ResultItem[]
  having?: Expression | undefined
  terms: readonly Ordering[]
}

/** Undefined where the rows are not grouped at all. Throws `Untranslatable`. */
export function groupingOf(select: Grouped): Grouping | undefined {
  const { names, keys, items, having, terms } = select
  const outputs = [
    ...items.map(({ node }) => node),
    ...(having ? [having] : []),
    ...terms.map(term => term.expression),
  ]
  const aggregates = distinctAggregates(outputs)
  if (keys.length === 0 && aggregates.length === 0 && !having) return undefined

  const spelled = new Set(keys.map(spellingOf))
  const known = determinedBy(select)
  const added = new Map<string, Expression>()
  const isFree = (ref: ColumnRef) => {
    if (spelled.has(spellingOf(names.node(ref))) || known.byKey.has(ref.sql)) return true
    // Without GROUP BY there is one row even of no rows, and with it none.
    if (keys.length === 0 || !known.all.has(ref.sql) || ref.type.kind === 'json') return false
    added.set(ref.sql, names.node(ref))
    return true
  }
  const bare = new Map<string, ColumnRef>()
  outputs.forEach(node => {
    collectBare(node)
  })
  const extreme = extremeOf(aggregates)

  return {
    use(ref) {
      if (!isFree(ref)) throw notGrouped()
    },
    keys: () => [...keys, ...added.values()],
    settle,
  }

  function collectBare(node: Expression): void {
    walkBare(node, ref => {
      if (!isFree(ref)) bare.set(ref.sql, ref)
      return undefined
    })
  }

  function settle(node: Expression, scope: Scope): Expression {
    return walkBare(node, ref => (isFree(ref) ? undefined : ofExtremeRow(ref, scope)))
  }

  /** The expression with columns outside of aggregates and keys replaced. */
  function walkBare(node: Expression, replace: (ref: ColumnRef) => Expression | undefined): Expression {
    if (isAggregate(node) || spelled.has(spellingOf(node))) return node
    const ref = names.refOf(node)
    if (ref) return replace(ref) ?? node
    return mapParts(node, part => walkBare(part, replace))
  }

  /** All such columns in the order of each: so that those of equal rows are of the same one. */
  function ofExtremeRow(ref: ColumnRef, scope: Scope): Expression {
    if (!extreme) throw notGrouped()
    const descending = extreme.name.toLowerCase() === 'max'
    const terms: Ordering[] = [
      { expression: extreme.arguments[0]!, descending, nulls: 'LAST' },
      ...[...bare.values()].map(other => ({ expression: names.node(other), descending: false })),
    ]
    const order = terms.map(term => translateOrdering(term, scope)).join(', ')
    return names.node({ ...ref, sql: `(pg_catalog.array_agg(${ref.sql} ORDER BY ${order}))[1]` })
  }
}

const notGrouped = () => new Untranslatable('a column that is neither grouped nor inside of an aggregate')

/** Nodes with resolved columns are the same exactly where they are spelled alike. */
const spellingOf = (node: Expression): string => JSON.stringify(node)

function distinctAggregates(nodes: readonly Expression[]): FunctionCall[] {
  const found = new Map<string, FunctionCall>()
  const visit = (node: Expression): Expression => {
    if (isAggregate(node)) found.set(spellingOf(node), node)
    return mapParts(node, visit)
  }
  nodes.forEach(visit)
  return [...found.values()]
}

/** The only min() or max() over all rows of a group. */
function extremeOf(aggregates: readonly FunctionCall[]): FunctionCall | undefined {
  const extremes = aggregates.filter(({ name }) => /^(min|max)$/i.test(name))
  return extremes.length === 1 && !extremes[0]!.filter ? extremes[0] : undefined
}
