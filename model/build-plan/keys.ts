/** Primary keys, unique constraints and indexes of tables that the run makes. */
import { showName } from '../name-text.ts'
import type { IndexPlan, TablePlan } from '../plan.ts'
import type { Index } from '../schema.ts'
import { columnOf, type Draft, leaveOut, type Planning, targetColumns } from './draft.ts'
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
    ...planConstraints(planning, draft),
  ])
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

function planConstraints(planning: Planning, draft: Draft): Wanted[] {
  const { table, plan } = draft
  const wanted: Wanted[] = []
  const key = table.primaryKey && targetColumns(draft, table.primaryKey.columns)
  if (key) {
    const primaryKey: NonNullable<TablePlan['primaryKey']> = { columns: key }
    plan.primaryKey = primaryKey
    wanted.push(constraint(plan, table.primaryKey?.name, 'pkey', [], name => (primaryKey.name = name)))
  }
  for (const { name: source, columns, collations = [] } of table.uniques) {
    const target = targetColumns(draft, columns)
    if (!target) continue
    const unique: TablePlan['uniques'][number] = { columns: target }
    plan.uniques.push(unique)
    const sql = `UNIQUE (${columns.map(showName).join(', ')})`
    reportCollation(planning, collations, {
      name: table.name,
      object: `table ${table.name}`,
      sql,
      unique: true,
    })
    wanted.push(constraint(plan, source, 'key', target, name => (unique.name = name)))
  }
  return wanted
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

function planIndexes(planning: Planning, draft: Draft): Wanted[] {
  return draft.table.indexes.flatMap(index => {
    const made = planIndex(planning, draft, index)
    if (!made) return []
    draft.plan.indexes.push(made)
    return [
      {
        name: index.name,
        given: true,
        object: `index ${index.name}`,
        set: (name: string) => (made.name = name),
      },
    ]
  })
}

function planIndex(planning: Planning, draft: Draft, index: Index): IndexPlan | undefined {
  const parts = index.parts.flatMap(part => {
    const column = part.column === undefined ? undefined : columnOf(draft, part.column)?.target
    return column === undefined ? [] : [{ column, descending: part.descending }]
  })
  if (index.where !== undefined || parts.length < index.parts.length) {
    reportIndex(planning, index)
    return undefined
  }
  reportCollation(
    planning,
    index.parts.map(part => part.collation),
    { name: index.name, object: `index ${index.name}`, sql: index.sql, unique: index.unique },
  )
  return { name: index.name, unique: index.unique, parts }
}

function reportIndex(planning: Planning, index: Index): void {
  const what = index.where === undefined ? 'it is made on an expression' : 'it has a condition (WHERE)'
  const unique = index.unique ? '; what it keeps unique is not kept so in the target' : ''
  const reason = `${what}, which is not converted yet${unique}`
  leaveOut(
    planning,
    { kind: 'index', name: index.name, sql: index.sql, reason },
    {
      code: 'index-not-converted',
      object: `index ${index.name}`,
      remedy: 'Make it in the target after the run; the SQL is in the report',
    },
  )
}

function reportCollation(
  planning: Planning,
  collations: readonly (string | null | undefined)[],
  { name, object, sql, unique }: { name: string; object: string; sql: string; unique: boolean },
): void {
  const special = new Set(collations.flatMap(collation => collation?.toUpperCase() ?? []))
  special.delete('BINARY')
  if (special.size === 0) return
  const weaker = unique ? ', and keeps less unique than the source does' : ''
  const reason = `it is made without the collation ${[...special].join(', ')}: it orders and compares by the target's rules${weaker}`
  leaveOut(
    planning,
    { kind: 'collation', name, sql, reason },
    {
      code: 'collation-not-converted',
      object,
      remedy: 'Add an index on lower() in the target after the run',
    },
  )
}
