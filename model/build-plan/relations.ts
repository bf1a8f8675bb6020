/** What queries and triggers of the source may name: its tables and views as they stand in the target. */

import { showName } from '../name-text.ts'
import { type ColumnPlan, isExclusion, type TablePlan } from '../plan.ts'
import type { Table } from '../schema.ts'
import { quoteName } from '../sql-text.ts'
import { affinityOf } from '../translate/affinity.ts'
import { type RelationRef, type Relations, Untranslatable } from '../translate/scope.ts'
import { collationOf } from './collations.ts'
import { isApart } from './column-collations.ts'
import type { Draft, Planning } from './draft.ts'
import { KEEPS_MEANING } from './expressions.ts'
import { mergedOf } from './merged.ts'
import { lookUp } from './names.ts'
import { timesOf } from './times.ts'

/** `"schema"."name"`. */
export const qualifiedName = ({ schema, name }: { schema: string; name: string }): string =>
  `${quoteName(schema)}.${quoteName(name)}`

/**
 * The tables of the plan, and what `view` makes of a name that is none of them. A table that is left out throws
 * `Untranslatable`.
 */
export function relationsOf(
  planning: Planning,
  drafts: readonly Draft[],
  skipped: readonly Table[],
  view: (name: string) => RelationRef | undefined,
): Relations {
  const tables = drafts.map(draft => ({ name: draft.table.name, draft }))
  return {
    relation(name) {
      const found = lookUp(tables, name)
      if (found) return tableRelation(planning, found.draft)
      const left = lookUp(skipped, name)
      if (left)
        throw new Untranslatable(`it reads the table ${showName(left.name)}, which the plan leaves out`)
      return view(name)
    },
  }
}

function tableRelation(planning: Planning, draft: Draft): RelationRef {
  const { table, plan } = draft
  const rowid = rowNumberOf(table)
  return {
    sql: qualifiedName(plan.target),
    columns: plan.columns.map(column => columnRef(planning, draft, column)),
    uniques: uniqueSets(plan),
    ...(plan.indexes.some(isExclusion) && { uniqueByHash: true }),
    ...(plan.primaryKey && { primaryKey: plan.primaryKey.columns }),
    ...(rowid !== undefined && { rowid }),
  }
}

function columnRef(planning: Planning, draft: Draft, column: ColumnPlan): RelationRef['columns'][number] {
  const { name, target, type, generated, conversion } = column
  const { table } = draft
  if (conversion !== undefined && !KEEPS_MEANING.includes(conversion))
    throw new Untranslatable(
      `it reads ${showName(table.name)}, whose values of ${showName(name)} are converted (${conversion})`,
    )
  const source = table.columns.find(column => column.name === name)
  const collation = collationOf(draft, column)
  return {
    ...{ name, target, type },
    ...(collation !== undefined && { collation }),
    ...(isApart(planning, draft, column) && { apart: true }),
    ...(source && { affinity: affinityOf(source.declared, table.strict) }),
    ...timesOf(draft, column),
    ...mergedOf(draft, column),
    ...(generated !== undefined && { generated: true }),
    // The row number of a full-text table is there without being named.
    ...(table.virtual?.module === 'fts5' && name === rowNumberOf(table) && { hidden: true }),
  }
}

const rowNumberOf = ({ primaryKey }: Table) => (primaryKey?.rowid ? primaryKey.columns[0] : undefined)

/** Sets of columns that a conflict can be about: keys, constraints, and indexes over all rows. */
function uniqueSets({ primaryKey, uniques, indexes }: TablePlan): string[][] {
  const indexed = indexes.filter(
    index =>
      index.unique &&
      !isExclusion(index) &&
      index.where === undefined &&
      index.parts.every(({ column }) => column !== undefined),
  )
  return [
    ...(primaryKey ? [primaryKey.columns] : []),
    ...uniques.map(({ columns }) => columns),
    ...indexed.map(({ parts }) => parts.flatMap(({ column }) => column ?? [])),
  ]
}
