/** Primary keys and unique constraints of tables that the run makes, and the names of these and of indexes. */
import { showName } from '../name-text.ts'
import type { ColumnPlan, IndexPlan, TablePlan } from '../plan.ts'
import type { Unique } from '../schema.ts'
import { collationOf, columnPart, known, reportByIndex, reportCollations, reportLost } from './collations.ts'
import { columnOf, type Draft, type Planning } from './draft.ts'
import { planIndex } from './indexes.ts'
import { keyHoldsNull, reportKeyAsUnique } from './key-nulls.ts'
import { assignNames } from './names.ts'

/** A name that is to be given, and where it goes. Constraints without a name in the source get PostgreSQL's usual one. */
interface Wanted {
  name: string
  /** Whether the source gave this name, so that a change is worth a word. */
  given: boolean
  object: string
  set: (name: string) => void
}

/** Fills `primaryKey`, `uniques` and `indexes`; all names in one go, as they share the schema's namespace. */
export function planKeys(planning: Planning, drafts: readonly Draft[]): void {
  const wanted = drafts.flatMap(draft => [
    ...planIndexes(planning, draft),
    ...planPrimaryKey(planning, draft),
    ...draft.table.uniques.flatMap(unique => planUnique(planning, draft, unique)),
  ])
  for (const draft of drafts) reportCollations(planning, draft)
  // Names of the source go first, so that a made-up one never takes theirs.
  wanted.sort((a, b) => Number(b.given) - Number(a.given))
  const names = assignNames(
    wanted.map(({ name }) => name),
    planning.relations,
  )
  for (const [i, { name, given, object, set }] of wanted.entries()) {
    set(names[i]!)
    if (given && names[i] !== name) reportName(planning, object, names[i]!)
  }
}

function reportName(planning: Planning, object: string, name: string): void {
  planning.findings.push({
    code: 'name-changed',
    severity: 'note',
    object,
    message: `its name is taken in the target, or has not 1 to 63 bytes; it becomes ${showName(name)}`,
  })
}

function planIndexes(planning: Planning, draft: Draft): Wanted[] {
  return draft.table.indexes.flatMap(index => {
    const made = planIndex(planning, draft, index)
    return made ? [indexName(draft, made, index.name, true, `index ${index.name}`)] : []
  })
}

function indexName({ plan }: Draft, made: IndexPlan, name: string, given: boolean, object: string): Wanted {
  plan.indexes.push(made)
  return { name, given, object, set: chosen => (made.name = chosen) }
}

/** A key that ignores case is one by bytes, and what it ignores is kept unique by an index beside it. */
function planPrimaryKey(planning: Planning, draft: Draft): Wanted[] {
  const { table, plan } = draft
  const columns = table.primaryKey && written(draft, table.primaryKey.columns)
  if (!table.primaryKey || !columns) return []
  if (keyHoldsNull(planning, table, draft.facts)) {
    reportKeyAsUnique(planning, draft)
    return planUnique(planning, draft, table.primaryKey)
  }
  reportOwnCollations(planning, draft, table.primaryKey, columns)
  const primaryKey: NonNullable<TablePlan['primaryKey']> = { columns: columns.map(({ target }) => target) }
  plan.primaryKey = primaryKey
  const key = constraint(plan, table.primaryKey.name, 'pkey', [], name => (primaryKey.name = name))
  const folded = foldedIndex(draft, columns, table.primaryKey.collations)
  if (!folded) return [key]
  const name = [plan.target.name, ...primaryKey.columns, 'key'].join('_')
  return [key, indexName(draft, folded, name, false, `table ${plan.name}`)]
}

/** A constraint, or a unique index on expressions where it ignores case or blanks. */
function planUnique(planning: Planning, draft: Draft, unique: Unique): Wanted[] {
  const { table, plan } = draft
  const columns = written(draft, unique.columns)
  if (!columns) return []
  reportOwnCollations(planning, draft, unique, columns)
  const target = columns.map(column => column.target)
  const made: TablePlan['uniques'][number] = { columns: target }
  const key = constraint(plan, unique.name, 'key', target, name => (made.name = name))
  const folded = foldedIndex(draft, columns, unique.collations)
  if (!folded) {
    plan.uniques.push(made)
    return [key]
  }
  if (!isReferenced(planning, draft, unique.columns))
    return [indexName(draft, folded, key.name, key.given, `table ${table.name}`)]
  // Foreign keys need a constraint on the columns themselves; it forbids nothing that the index allows.
  plan.uniques.push(made)
  const name = [plan.target.name, ...target, 'key1'].join('_')
  return [key, indexName(draft, folded, name, false, `table ${table.name}`)]
}

function written(draft: Draft, names: readonly string[]): ColumnPlan[] | undefined {
  const columns = names.map(name => columnOf(draft, name))
  return columns.every(column => column !== undefined) ? columns : undefined
}

function constraint(
  plan: TablePlan,
  source: string | undefined,
  suffix: string,
  columns: string[],
  set: (name: string) => void,
): Wanted {
  const name = source ?? [plan.target.name, ...columns, suffix].join('_')
  return { name, given: source !== undefined, object: `table ${plan.name}`, set }
}

/** A unique index without a name yet; undefined where bytes decide anyway. */
function foldedIndex(
  draft: Draft,
  columns: readonly ColumnPlan[],
  own: readonly (string | null)[] = [],
): IndexPlan | undefined {
  const parts = columns.map((column, i) => columnPart(column, collationOf(draft, column, own[i]), false))
  return parts.some(({ expression }) => expression !== undefined)
    ? { name: '', unique: true, parts }
    : undefined
}

function isReferenced({ schema }: Planning, { table }: Draft, columns: readonly string[]): boolean {
  const set = [...columns].sort().join('\0')
  return schema.tables.some(({ foreignKeys }) =>
    foreignKeys.some(key => key.table === table.name && [...key.references].sort().join('\0') === set),
  )
}

/** Collations that the constraint names itself; those of its columns are told with the columns. */
function reportOwnCollations(
  planning: Planning,
  draft: Draft,
  { collations = [] }: Pick<Unique, 'collations'>,
  columns: readonly ColumnPlan[],
): void {
  const object = `table ${draft.table.name}`
  for (const [i, collation] of collations.entries()) {
    if (collation === null || !collationOf(draft, columns[i]!, collation)) continue
    const name = known(collation.toUpperCase())
    if (name === 'other') reportLost(planning, object, draft.table.name, collation)
    else reportByIndex(planning, object, name, true)
  }
}
