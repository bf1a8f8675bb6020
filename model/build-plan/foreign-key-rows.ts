/** Rows that foreign keys of the source do not hold for, or will not hold for in the target. */
import { rowsThat } from '../amounts.ts'
import type { TableFacts } from '../assessment.ts'
import { type Finding, isAccepted } from '../finding.ts'
import { showName } from '../name-text.ts'
import { orphansLine } from '../plan-line.ts'
import type { ForeignKey } from '../schema.ts'
import { collationOf } from './collations.ts'
import { columnOf, type Draft, type Planning } from './draft.ts'
import { lookUp } from './names.ts'
import { settingsOf } from './selection.ts'

export type OrphanFacts = NonNullable<TableFacts['foreignKeys']>[number]

/** What findings call a foreign key: its column where it has one, else its table. */
export function keyObject({ table }: Draft, { columns }: ForeignKey): string {
  return columns.length === 1 ? `${table.name}.${columns[0]}` : `table ${table.name}`
}

/** Reports rows without a parent; whether the key is to bind new rows only, by consent or by the plan file. */
export function takesOrphans(
  planning: Planning,
  draft: Draft,
  key: ForeignKey,
  { orphans, example }: OrphanFacts,
): boolean {
  const planned = settingsOf(planning.request, draft.table)?.orphans === 'not-valid'
  const rows = rowsThat(orphans, 'finds', 'find')
  const object = keyObject(draft, key)
  const finding: Finding = {
    ...{ code: 'foreign-key-violated', severity: planned ? 'warning' : 'consent', object },
    message: `${rows} no parent in ${showName(key.table)}: the foreign key is ${planned ? 'made' : 'only made'} NOT VALID, which binds rows that are added or changed`,
    remedy: planned
      ? 'Correct these rows in the target, and let ALTER TABLE … VALIDATE CONSTRAINT look at all of them'
      : `Correct these rows in the source; or take them as they are: accept it, or put ${orphansLine(draft.table.name)} into the plan file`,
    ...(example !== undefined && { example }),
  }
  planning.findings.push(finding)
  return planned || isAccepted(finding, planning.request.accept)
}

/** A foreign key of PostgreSQL compares exactly; in SQLite the parent's collation decides. */
export function reportExact(
  planning: Planning,
  drafts: readonly Draft[],
  draft: Draft,
  key: ForeignKey,
): void {
  const table = lookUp(planning.schema.tables, key.table)
  const parent = drafts.find(draft => draft.table === table)
  const collations = key.references.flatMap(name => {
    const column = parent && columnOf(parent, name)
    if (!column || !collationOf(parent, column)) return []
    return parent.table.columns.find(({ name }) => name === column.name)?.collation ?? []
  })
  if (collations.length === 0) return
  planning.findings.push({
    code: 'foreign-key-exact',
    severity: 'warning',
    object: keyObject(draft, key),
    message: `in the source its values find their parents in ${showName(key.table)} by the collation ${showName(collations[0]!)}; in the target they must be exactly the same`,
    remedy: 'Write them as their parents are written; where they are not, the foreign key is made NOT VALID',
  })
}
