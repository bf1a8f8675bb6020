/** Which columns have one value only within each group: those of rows whose key the grouped columns fix. */
import type { Expression } from '../sqlite-sql/ast.ts'
import { type ColumnPair, type From, type FromItem, findColumn } from './from.ts'
import type { LocalNames } from './local-names.ts'
import { type ColumnRef, Untranslatable } from './scope.ts'
import { conjuncts, innerQuery, mapParts, some } from './tree.ts'

export interface Knowledge {
  from: From
  names: LocalNames
  keys: readonly Expression[]
  where?: Expression | undefined
}

/** By their SQL. `byKey`: of tables whose primary key is grouped itself, which PostgreSQL knows, too. */
export function determinedBy({ from, names, keys, where }: Knowledge): {
  byKey: ReadonlySet<string>
  all: ReadonlySet<string>
} {
  const grouped = new Set(keys.flatMap(key => names.refOf(key)?.sql ?? []))
  const byKey = new Set(from.items.filter(item => isFixed(item, grouped)).flatMap(columnsOf))
  const all = new Set([...grouped, ...byKey])
  if (from.fillsLeft) return { byKey, all }

  const rules = [...conjuncts(where), ...from.conditions].map(node => resolve(node, from, names))
  const equal = [...from.equal, ...rules.flatMap(node => equality(node, names) ?? [])]
  for (const node of rules) for (const sql of constants(node, names)) all.add(sql)
  for (let before = -1; before !== all.size; ) {
    before = all.size
    for (const [left, right] of equal) {
      if (all.has(left)) all.add(right)
      if (all.has(right)) all.add(left)
    }
    for (const item of from.items) if (isFixed(item, all)) for (const sql of columnsOf(item)) all.add(sql)
    for (const optional of from.optional)
      if (isFixedBy(optional, all, from, names)) for (const sql of columnsOf(optional.item)) all.add(sql)
  }
  return { byKey, all }
}

const columnsOf = (item: FromItem): string[] => item.columns.map(({ ref }) => ref.sql)

/** Only by the primary key: others may be NULL in many rows. */
function isFixed({ primaryKey }: FromItem, known: ReadonlySet<string>): boolean {
  return primaryKey?.every(sql => known.has(sql)) ?? false
}

/** A LEFT JOIN finds one row or none, and which is said by known columns alone. */
function isFixedBy(
  { item, on, equal }: From['optional'][number],
  known: ReadonlySet<string>,
  from: From,
  names: LocalNames,
): boolean {
  const own = new Set(columnsOf(item))
  const nodes = on.map(node => resolve(node, from, names))
  if (nodes.some(node => some(node, part => innerQuery(part) !== undefined))) return false
  const read = nodes.flatMap(node => columnsRead(node, names))
  const pairs = [...equal, ...nodes.flatMap(node => equality(node, names) ?? [])].filter(
    ([left, right]) => own.has(left) !== own.has(right),
  )
  const outside = [...read, ...pairs.flat()].filter(sql => !own.has(sql))
  if (!outside.every(sql => known.has(sql))) return false
  const matched = new Set(pairs.flat().filter(sql => own.has(sql)))
  return item.keys.some(key => key.every(sql => matched.has(sql)))
}

function equality(node: Expression, names: LocalNames): ColumnPair[] | undefined {
  if (node.kind !== 'binary' || node.operator !== '=') return undefined
  const [left, right] = [names.refOf(node.left), names.refOf(node.right)]
  return left && right && isSame(left, right) ? [[left.sql, right.sql]] : undefined
}

/** Equal columns are the same value only where equality is that of bytes and of one type. */
function isSame(left: ColumnRef, right: ColumnRef): boolean {
  return left.type.kind === right.type.kind && !left.collation && !right.collation
}

/** Columns that a condition holds at one constant. */
function constants(node: Expression, names: LocalNames): string[] {
  if (node.kind !== 'binary' || node.operator !== '=') return []
  const ref = names.refOf(node.left)
  const isConstant = node.right.kind === 'number' || node.right.kind === 'string'
  return ref && isConstant && !ref.collation ? [ref.sql] : []
}

function columnsRead(node: Expression, names: LocalNames): string[] {
  const found: string[] = []
  const visit = (part: Expression): Expression => {
    const ref = names.refOf(part)
    if (ref) found.push(ref.sql)
    return mapParts(part, visit)
  }
  visit(node)
  return found
}

/** A name that was clear inside of a join may be of two tables outside of it: then nothing is known of it. */
function resolve(node: Expression, from: From, names: LocalNames): Expression {
  if (node.kind !== 'column') return mapParts(node, part => resolve(part, from, names))
  if (names.refOf(node)) return node
  try {
    const found = findColumn(from, node.name, node.table)
    return found ? names.node(found.ref) : node
  } catch (error) {
    if (error instanceof Untranslatable) return node
    throw error
  }
}
