/** Foreign keys of tables that the run makes; they are added when all rows are there. */
import { fits } from '../fits.ts'
import { showName } from '../name-text.ts'
import { type ForeignKeyPlan, isExclusion, isLoadedInto } from '../plan.ts'
import { planLine } from '../plan-line.ts'
import type { ForeignKey } from '../schema.ts'
import type { ExistingTable } from '../target.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import { columnFacts } from './columns.ts'
import { comparable } from './comparable.ts'
import { columnOf, constraintNames, type Draft, leaveOut, type Planning, targetColumns } from './draft.ts'
import { keyObject, type OrphanFacts, reportExact, takesOrphans } from './foreign-key-rows.ts'
import { assignNames, lookUp } from './names.ts'

/** Fills `foreignKeys` of each draft that is made; keys and indexes of all drafts must be planned before. */
export function planForeignKeys(planning: Planning, drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    if (isLoadedInto(draft.plan)) continue
    const planned = draft.table.foreignKeys.flatMap(
      (key, i) => planForeignKey(planning, drafts, draft, key, draft.facts.foreignKeys?.[i]) ?? [],
    )
    const names = assignNames(
      planned.map(({ name }) => name),
      new Set(constraintNames(draft.plan)),
    )
    draft.plan.foreignKeys = planned.map((key, i) => ({ ...key, name: names[i]! }))
  }
}

/** The table that a foreign key points to, as it will stand in the target. */
interface Parent {
  schema: string
  table: string
  /** The referred columns, in the target's names. */
  columns: string[]
  types: (LogicalType | undefined)[]
  /** Sets of columns that are unique there. */
  uniques: string[][]
  /** Those that are only kept so by hash, which no foreign key can use. */
  hashed: string[][]
}

function planForeignKey(
  planning: Planning,
  drafts: readonly Draft[],
  draft: Draft,
  key: ForeignKey,
  facts: OrphanFacts | undefined,
): ForeignKeyPlan | undefined {
  const columns = targetColumns(draft, key.columns)
  const parent = findParent(planning, drafts, key)
  const problem = !columns
    ? 'one of its columns is not written'
    : typeof parent === 'string'
      ? parent
      : problemWith(parent, key, draft)
  if (problem !== undefined || !columns || typeof parent === 'string') {
    reportKey(planning, draft, key, problem ?? '', remedyFor(drafts, draft, key))
    return undefined
  }
  reportExact(planning, drafts, draft, key)
  const notValid = facts !== undefined && facts.orphans > 0 && takesOrphans(planning, draft, key, facts)
  return {
    name: key.name ?? [draft.plan.target.name, ...columns, 'fkey'].join('_'),
    columns,
    references: { schema: parent.schema, table: parent.table, columns: parent.columns },
    onUpdate: key.onUpdate,
    onDelete: key.onDelete,
    deferred: key.deferred,
    ...(notValid && { notValid }),
  }
}

/** The parent, or why there is none. */
function findParent(planning: Planning, drafts: readonly Draft[], key: ForeignKey): Parent | string {
  const table = lookUp(planning.schema.tables, key.table)
  const draft = drafts.find(draft => draft.table === table)
  if (draft?.existing && isLoadedInto(draft.plan))
    return existingParent(planning, draft.existing, targetColumns(draft, key.references))
  if (draft) return draftParent(draft, key)
  const there = lookUp(planning.target.tables, key.table)
  if (there) return existingParent(planning, there, key.references)
  return table
    ? `the table ${showName(key.table)}, which it points to, is not in the plan`
    : `the table ${showName(key.table)}, which it points to, is not there`
}

function draftParent(draft: Draft, key: ForeignKey): Parent | string {
  const columns = targetColumns(draft, key.references)
  if (!columns) return 'a column that it points to is not there'
  const { plan } = draft
  const [hashed, indexes] = [true, false].map(byHash =>
    plan.indexes
      .filter(index => index.unique && isExclusion(index) === byHash)
      .filter(({ where, parts }) => where === undefined && parts.every(({ column }) => column !== undefined))
      .map(({ parts }) => parts.flatMap(({ column }) => column ?? [])),
  )
  return {
    ...plan.target,
    table: plan.target.name,
    columns,
    types: key.references.map(name => columnOf(draft, name)?.type),
    uniques: [...(plan.primaryKey ? [plan.primaryKey] : []), ...plan.uniques]
      .map(unique => unique.columns)
      .concat(indexes!),
    hashed: hashed!,
  }
}

function existingParent(
  planning: Planning,
  existing: ExistingTable,
  names: string[] | undefined,
): Parent | string {
  const columns = names?.map(name => lookUp(existing.columns, name))
  if (!columns?.every(column => column !== undefined))
    return 'a column that it points to is not in the target'
  return {
    schema: planning.target.schema.name,
    table: existing.name,
    columns: columns.map(({ name }) => name),
    types: columns.map(({ type }) => type),
    uniques: [...(existing.primaryKey ? [existing.primaryKey] : []), ...existing.uniques],
    hashed: [],
  }
}

function problemWith(parent: Parent, key: ForeignKey, draft: Draft): string | undefined {
  const wanted = [...parent.columns].sort().join('\0')
  const isWanted = (columns: string[]) => [...columns].sort().join('\0') === wanted
  const unique = parent.uniques.some(isWanted)
  if (!unique && parent.hashed.some(isWanted))
    return 'what it points to has values that are too long for a btree, and is kept unique by a hash, which no foreign key can use'
  if (key.references.length !== key.columns.length || !unique) {
    return 'the columns that it points to are not unique, so that neither engine can check it'
  }
  const computed = key.columns.find(name => columnOf(draft, name)?.generated !== undefined)
  if (computed !== undefined && writesChildren(key))
    return `${showName(computed)} is a generated column, which its actions would have to write`
  const child = key.columns.map(name => columnOf(draft, name)?.type)
  const wrong = child.findIndex((type, i) => !comparable(type, parent.types[i]))
  if (wrong < 0) return undefined
  const [ours, theirs] = [child[wrong], parent.types[wrong]].map(type =>
    type ? showType(type) : 'of an unknown type',
  )
  return `${showName(key.columns[wrong]!)} is ${ours}, and what it points to is ${theirs}`
}

/** Whether an action writes into the columns of the rows that point there; CASCADE on delete takes whole rows. */
function writesChildren({ onUpdate, onDelete }: ForeignKey): boolean {
  return onUpdate === 'CASCADE' || [onUpdate, onDelete].some(action => action.startsWith('SET '))
}

function reportKey(
  planning: Planning,
  draft: Draft,
  key: ForeignKey,
  problem: string,
  remedy: string | undefined,
): void {
  const columns = key.columns.map(showName).join(', ')
  const references = key.references.map(showName).join(', ')
  const sql = `FOREIGN KEY (${columns}) REFERENCES ${showName(key.table)} (${references})`
  const object = keyObject(draft, key)
  leaveOut(
    planning,
    {
      kind: 'foreign key',
      name: key.name ?? object,
      sql,
      reason: `its foreign key to ${showName(key.table)} is not made: ${problem}`,
    },
    { code: 'foreign-key-not-converted', object, ...(remedy !== undefined && { remedy }) },
  )
}

/** A type that both ends can have, where that is all that is wrong. */
function remedyFor(drafts: readonly Draft[], draft: Draft, key: ForeignKey): string | undefined {
  const parent = drafts.find(({ table }) => table.name === key.table)
  for (const [i, name] of key.columns.entries()) {
    const theirs = parent && columnOf(parent, key.references[i] ?? '')
    const ours = columnOf(draft, name)
    if (!parent || !theirs || !ours || comparable(ours.type, theirs.type)) continue
    if (!fits(theirs.type, columnFacts(draft.facts.columns, name))) {
      return `Put ${planLine(draft.table.name, name, { type: showType(theirs.type) })} into the plan file`
    }
    if (!fits(ours.type, columnFacts(parent.facts.columns, theirs.name))) {
      return `Put ${planLine(parent.table.name, theirs.name, { type: showType(ours.type) })} into the plan file`
    }
  }
  return 'Correct it in the source, or add the foreign key in the target after the run'
}
