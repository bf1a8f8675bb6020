/**
 * SQLite's collations in the target. Columns keep the target's own: one that ignores case there would forbid LIKE and
 * change sorting. What NOCASE and RTRIM keep unique or find by an index, an index on an expression keeps and finds.
 */

import { showName } from '../name-text.ts'
import type { ColumnPlan, IndexPartPlan } from '../plan.ts'
import { quoteName } from '../sql-text.ts'
import { columnOf, type Draft, leaveOut, type Planning } from './draft.ts'

/** `other`: one that the source's application brings with it. */
export type Collation = 'NOCASE' | 'RTRIM' | 'other'

/**
 * The collation by which a column is compared in the source, where it makes a difference in the target; `own` is
 * that of an index's part. Only texts have one.
 */
export function collationOf(draft: Draft, column: ColumnPlan, own?: string | null): Collation | undefined {
  const declared = draft.table.columns.find(({ name }) => name === column.name)?.collation
  const found = (own ?? declared ?? 'BINARY').toUpperCase()
  if (found === 'BINARY' || !['text', 'json'].includes(column.type.kind)) return undefined
  return column.type.kind === 'text' ? known(found) : 'other'
}

/** The collation by its name. */
export const known = (name: string): Collation => (name === 'NOCASE' || name === 'RTRIM' ? name : 'other')

/** What is equal under the collation gives the same text. NOCASE knows the letters A to Z alone, as "C" does. */
export function fold(sql: string, collation: Exclude<Collation, 'other'>): string {
  return collation === 'NOCASE' ? `pg_catalog.lower(${sql} COLLATE "C")` : `pg_catalog.rtrim(${sql}, ' ')`
}

/** A column as part of an index that orders and compares as the source does, as far as that goes. */
export function columnPart(column: ColumnPlan, collation: Collation | undefined, descending: boolean) {
  const part: IndexPartPlan =
    collation === undefined || collation === 'other'
      ? { column: column.target, descending }
      : { expression: fold(quoteName(column.target), collation), descending }
  return part
}

/** The column behind a part made by `columnPart`. */
export function columnBehind({ plan }: Draft, { column, expression }: IndexPartPlan): string | undefined {
  if (column !== undefined) return column
  const folded = plan.columns.find(({ target }) =>
    (['NOCASE', 'RTRIM'] as const).some(collation => fold(quoteName(target), collation) === expression),
  )
  return folded?.target
}

/** Tells what becomes of each column's own collation. Indexes and keys of the draft must be planned before. */
export function reportCollations(planning: Planning, draft: Draft): void {
  for (const { name, collation: declared } of draft.table.columns) {
    const column = columnOf(draft, name)
    const collation = column && collationOf(draft, column)
    if (!column || collation === undefined || declared === undefined) continue
    const object = `${draft.table.name}.${name}`
    if (collation === 'other') reportLost(planning, object, object, declared)
    else reportByIndex(planning, object, collation, isIndexed(draft, column))
  }
}

function isIndexed(draft: Draft, column: ColumnPlan): boolean {
  return draft.plan.indexes.some(({ parts }) =>
    parts.some(part => part.column === undefined && columnBehind(draft, part) === column.target),
  )
}

/** That a collation of the source's own is not there: `object` as in findings, `name` for the list of what is left out. */
export function reportLost(planning: Planning, object: string, name: string, collation: string): void {
  const reason = `the target has no collation ${showName(collation)}: what it makes equal or puts first there follows the target's rules`
  leaveOut(
    planning,
    { kind: 'collation', name, sql: `COLLATE ${collation}`, reason },
    {
      code: 'collation-not-converted',
      object,
      remedy: 'Make a collation with the same rules in the target after the run, and the index with it',
    },
  )
}

/** That NOCASE or RTRIM lives on in indexes alone. */
export function reportByIndex(
  planning: Planning,
  object: string,
  collation: Exclude<Collation, 'other'>,
  indexed: boolean,
): void {
  const [ignored, query] = IGNORES[collation]
  const kept = indexed ? `its indexes, and what they keep unique, ignore ${ignored} as before; ` : ''
  planning.findings.push({
    code: 'collation-by-index',
    severity: 'warning',
    object,
    message: `${kept}comparisons and sorting in queries do not ignore ${ignored} any more, as COLLATE ${collation} did`,
    remedy: query,
  })
}

const IGNORES = {
  NOCASE: ['case', 'Write lower(x COLLATE "C") = lower(… COLLATE "C"), which the index serves, or ILIKE'],
  RTRIM: ['blanks at the end', "Write rtrim(x, ' ') = rtrim(…, ' '), which the index serves"],
} as const
