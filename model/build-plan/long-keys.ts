/**
 * Keys of one column whose values are too long for a btree: a hash index has no such limit (PostgreSQL's manual, 11.2
 * "Index Types"). It finds what is equal and orders nothing; what is unique becomes an exclusion constraint on it.
 */
import { showName } from '../name-text.ts'
import { type IndexPlan, isExclusion, type TablePlan } from '../plan.ts'
import { columnBehind } from './collations.ts'
import type { Draft, Planning } from './draft.ts'
import { tooLongKey } from './limits.ts'

/** Turns such keys and indexes into those by hash; names must be given before, foreign keys come after. */
export function planLongKeys(planning: Planning, drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    const { plan } = draft
    for (const index of plan.indexes) planIndex(planning, draft, index)
    const keys = plan.uniques.filter(unique => isLong(draft, unique.columns))
    plan.uniques = plan.uniques.filter(unique => !keys.includes(unique))
    if (plan.primaryKey && isLong(draft, plan.primaryKey.columns)) {
      keys.unshift(plan.primaryKey)
      delete plan.primaryKey
    }
    for (const key of keys) plan.indexes.push(exclusionOf(key))
    if (keys.length > 0)
      reportUnique(
        planning,
        draft,
        `table ${plan.name}`,
        keys.flatMap(key => key.columns),
      )
  }
}

function planIndex(planning: Planning, draft: Draft, index: IndexPlan): void {
  const column =
    index.method === undefined && index.parts.length === 1 && columnBehind(draft, index.parts[0]!)
  if (!column || !isLong(draft, [column])) return
  index.method = 'hash'
  index.parts = [{ ...index.parts[0]!, descending: false }]
  if (isExclusion(index)) reportUnique(planning, draft, `index ${index.name}`, [column])
  else reportPlain(planning, draft, index, column)
}

/** Whether this is one column, of a type that can be a key, with values that no btree takes. */
function isLong(draft: Draft, [target, ...others]: readonly string[]): boolean {
  const column = draft.plan.columns.find(column => column.target === target)
  if (!column || others.length > 0 || (column.type.kind === 'json' && !column.type.binary)) return false
  return tooLongKey(draft, column) !== undefined
}

function exclusionOf({ name, columns }: TablePlan['uniques'][number]): IndexPlan {
  return { name: name!, unique: true, method: 'hash', parts: [{ column: columns[0]!, descending: false }] }
}

const tooLong = (draft: Draft, column: string): string =>
  `the longest value of ${showName(column)} takes ${tooLongKey(draft, draft.plan.columns.find(({ target }) => target === column)!)} bytes as a key, more than a btree of PostgreSQL takes`

function reportPlain(planning: Planning, draft: Draft, index: IndexPlan, column: string): void {
  planning.findings.push({
    code: 'key-by-hash',
    severity: 'warning',
    object: `index ${index.name}`,
    message: `${tooLong(draft, column)}: it becomes a hash index, which finds equal values and serves no order and no range`,
    remedy: 'For those make an index on the beginning of the values in the target, as on left(x, 200)',
  })
}

function reportUnique(planning: Planning, draft: Draft, object: string, columns: readonly string[]): void {
  planning.findings.push({
    code: 'key-by-hash',
    severity: 'warning',
    object,
    message: `${tooLong(draft, columns[0]!)}: what it keeps unique is kept so by an exclusion constraint on a hash, which no foreign key and no ON CONFLICT that names columns can use`,
    remedy: 'Where one of these is needed, give the rows a shorter key in the source',
  })
}
