/** Joins. USING and NATURAL become ON, as PostgreSQL's would compare columns of two types in its own way. */
import type { Expression, Source } from '../sqlite-sql/ast.ts'
import { foldName, sameName } from '../sqlite-sql/names.ts'
import { translateCondition } from './expression.ts'
import { type From, type FromColumn, findColumn } from './from.ts'
import type { QueryContext } from './query-context.ts'
import { type ColumnRef, type Scope, Untranslatable } from './scope.ts'
import { scopeOf } from './select-scope.ts'
import { conjuncts } from './tree.ts'

type Join = Extract<Source, { kind: 'join' }>
type Pair = { name: string; left: FromColumn; right: FromColumn }

/** `left` and `right` are translated already. Throws `Untranslatable`. */
export function translateJoin(join: Join, left: From, right: From, context: QueryContext): From {
  const pairs = pairsOf(join, left, right)
  const joined: From = {
    sql: '',
    items: [...left.items, ...right.items],
    visible: visibleOf(join, left, right, pairs),
    ...knownOf(join, left, right, pairs),
    fillsLeft: left.fillsLeft || right.fillsLeft || join.type === 'RIGHT' || join.type === 'FULL',
  }
  const on = [
    ...pairs.map(pair => translateCondition(EQUAL, pairScope(pair))),
    ...(join.on ? [translateCondition(join.on, scopeOf(joined, context))] : []),
  ]
  if (join.type === 'FULL') requireEquality(join, left, right, pairs)
  return { ...joined, sql: joinSql(join, left, right, on) }
}

function joinSql(join: Join, left: From, right: From, on: string[]): string {
  const isInner = join.type === 'INNER' || join.type === 'CROSS'
  const other = join.right.kind === 'join' ? `(${right.sql})` : right.sql
  if (isInner && on.length === 0) return `${left.sql}\n  CROSS JOIN ${other}`
  const word = isInner ? 'JOIN' : `${join.type} JOIN`
  return `${left.sql}\n  ${word} ${other} ON ${on.join(' AND ') || 'true'}`
}

function pairsOf(join: Join, left: From, right: From): Pair[] {
  const common = left.visible.filter(column => right.visible.some(other => sameName(other.name, column.name)))
  const names = join.natural ? common.map(({ name }) => name) : (join.using ?? [])
  const distinct = names.filter((name, i) => names.findIndex(other => sameName(other, name)) === i)
  return distinct.map(name => ({ name, left: only(left, name), right: only(right, name) }))
}

function only(from: From, name: string): FromColumn {
  const found = from.visible.filter(column => sameName(column.name, name))
  if (found.length !== 1) throw new Untranslatable('USING names a column that is not there just once')
  return found[0]!
}

/** A column of USING stands once; where the left side may be missing, it is the first that is there. */
function visibleOf(join: Join, left: From, right: From, pairs: Pair[]): FromColumn[] {
  const names = new Map(pairs.map(pair => [foldName(pair.name), pair]))
  const fromLeft = left.visible.map(column => {
    const pair = names.get(foldName(column.name))
    const mayMiss = join.type === 'RIGHT' || join.type === 'FULL'
    return pair && mayMiss ? { ...column, ref: eitherOf(pair) } : column
  })
  return [...fromLeft, ...right.visible.filter(({ name }) => !names.has(foldName(name)))]
}

function eitherOf({ left, right }: Pair): ColumnRef {
  if (left.ref.type.kind !== right.ref.type.kind)
    throw new Untranslatable('an outer join USING columns of different types')
  const apart = left.ref.apart || right.ref.apart
  const sql = `COALESCE(${left.ref.sql}, ${right.ref.sql})`
  return { ...left.ref, sql, ...(apart && { apart }) }
}

const column = (table: string): Expression => ({ kind: 'column', name: 'value', table, quoted: false })
const EQUAL: Expression = { kind: 'binary', operator: '=', left: column('left'), right: column('right') }

const pairScope = ({ left, right }: Pair): Scope => ({
  column: (_, table) => (table === 'left' ? left.ref : right.ref),
})

/** What the joins let one know of every row. */
function knownOf(
  join: Join,
  left: From,
  right: From,
  pairs: Pair[],
): Pick<From, 'conditions' | 'optional' | 'equal'> {
  const on = conjuncts(join.on)
  const equal = pairs.map(pair => [pair.left.ref.sql, pair.right.ref.sql] as const)
  const optional = [...left.optional, ...right.optional]
  const isInner = join.type === 'INNER' || join.type === 'CROSS'
  const before = [...left.equal, ...right.equal]
  if (isInner)
    return {
      conditions: [...left.conditions, ...right.conditions, ...on],
      optional,
      equal: [...before, ...equal],
    }
  // Columns of the right side that are filled up with NULL are still equal, but not what they were compared with.
  const kept = { conditions: left.conditions, equal: before }
  const item = right.items[0]
  if (join.type !== 'LEFT' || right.items.length !== 1 || !item) return { ...kept, optional }
  return { ...kept, optional: [...optional, { item, on, equal }] }
}

/** PostgreSQL makes a FULL JOIN only by hash or merge: on columns of the two sides that are equal. */
function requireEquality(join: Join, left: From, right: From, pairs: Pair[]): void {
  const isSide = (from: From, node: Expression) =>
    node.kind === 'column' && findColumn(from, node.name, node.table) !== undefined
  const joins = (node: Expression) =>
    node.kind === 'binary' &&
    node.operator === '=' &&
    ((isSide(left, node.left) && isSide(right, node.right)) ||
      (isSide(right, node.left) && isSide(left, node.right)))
  if (pairs.length === 0 && !conjuncts(join.on).some(joins))
    throw new Untranslatable('a FULL JOIN that is not by equal columns')
}
