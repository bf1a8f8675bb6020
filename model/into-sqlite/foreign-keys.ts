/** Foreign keys between tables of the plan. SQLite takes them with their table alone. */
import { leaveOut } from '../build-plan/draft.ts'
import type { PostgresForeignKey } from '../postgres-schema.ts'
import type { Holds } from './carried.ts'
import { type Draft, type Planning, targetColumns } from './draft.ts'

export function planForeignKeys(planning: Planning, drafts: readonly Draft[], made: readonly Draft[]): void {
  for (const draft of made)
    for (const key of draft.table.foreignKeys) planForeignKey(planning, drafts, draft, key)
}

function planForeignKey(
  planning: Planning,
  drafts: readonly Draft[],
  draft: Draft,
  key: PostgresForeignKey,
): void {
  const { table, plan } = draft
  const parent = drafts.find(other => other.table.name === key.references.name)
  const columns = targetColumns(draft, key.columns)
  const references = parent && targetColumns(parent, key.references.columns)
  const problem = problemOf(draft, parent, key)
  if (!parent || !columns || !references || problem !== undefined) {
    const reason = problem ?? `table ${key.references.schema}.${key.references.table} is not migrated`
    leaveOut(
      planning,
      { kind: 'foreign key', name: `${table.name}.${key.name}`, sql: sqlOf(table.name, key), reason },
      { code: 'foreign-key-left-out', object: `foreign key ${table.name}.${key.name}` },
    )
    return
  }
  if (key.matchFull && key.columns.length > 1)
    planning.findings.push({
      code: 'match-full-lost',
      severity: 'warning',
      object: `foreign key ${table.name}.${key.name}`,
      message: 'SQLite knows no MATCH FULL: a key of which some columns are NULL refers to nothing',
    })
  if (!key.validated)
    planning.findings.push({
      code: 'foreign-key-not-valid',
      severity: 'note',
      object: `foreign key ${table.name}.${key.name}`,
      message: 'it is NOT VALID in the source: rows that break it are taken over',
    })
  plan.foreignKeys.push({
    name: key.name,
    columns,
    references: { schema: 'main', table: parent.plan.target.name, columns: references },
    onUpdate: key.onUpdate,
    onDelete: key.onDelete,
    deferred: key.deferred,
    ...(!key.validated && { notValid: true }),
  })
}

/** Texts of equal values have to be equal. */
function problemOf(draft: Draft, parent: Draft | undefined, key: PostgresForeignKey): string | undefined {
  if (key.setsSomeColumns) return 'where a parent goes, it sets some of its columns, and SQLite sets all'
  if (!parent) return undefined
  const isAlike = key.columns.every((column, i) => {
    const here = draft.carried.get(column)
    const there = parent.carried.get(key.references.columns[i]!)
    if (!here || !there) return false
    if (here.holds === 'digits') return here.holds === there.holds && sameScale(here.type, there.type)
    return groupOf(here.holds) === groupOf(there.holds)
  })
  return isAlike ? undefined : 'its columns and those they refer to hold equal values in different forms'
}

const NUMBERS: readonly Holds[] = ['integer', 'decimal', 'float']

const groupOf = (holds: Holds): string =>
  NUMBERS.includes(holds) ? 'number' : holds === 'label' ? 'text' : holds

function sameScale(a: { kind: string; scale?: number }, b: { kind: string; scale?: number }): boolean {
  return a.scale !== undefined && a.scale === b.scale
}

function sqlOf(table: string, { name, columns, references, onUpdate, onDelete }: PostgresForeignKey): string {
  return [
    `ALTER TABLE ${table} ADD CONSTRAINT ${name} FOREIGN KEY (${columns.join(', ')})`,
    `REFERENCES ${references.schema}.${references.table} (${references.columns.join(', ')})`,
    `ON UPDATE ${onUpdate} ON DELETE ${onDelete}`,
  ].join(' ')
}
