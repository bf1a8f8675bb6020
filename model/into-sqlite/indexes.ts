/** Indexes: of columns, of expressions and of a part of the rows. */
import type { IndexPartPlan } from '../plan.ts'
import type { PostgresIndex } from '../postgres-schema.ts'
import { attempt } from './attempt.ts'
import { isByBytes } from './columns.ts'
import { contextOf } from './context.ts'
import { columnOf, type Draft, type Planning } from './draft.ts'
import { translateCondition, translateText } from './expression/translate.ts'
import { refuse } from './expression/value.ts'
import { warnOfSpellings } from './keys.ts'
import { freeName } from './names.ts'

export function planIndexes(planning: Planning, draft: Draft): void {
  const { table } = draft
  const constraints = new Set([table.primaryKey?.name, ...table.uniques.map(({ name }) => name)])
  for (const index of table.indexes) if (!constraints.has(index.name)) planIndex(planning, draft, index)
}

function planIndex(planning: Planning, draft: Draft, index: PostgresIndex): void {
  const { table, plan } = draft
  const object = `index ${table.name}.${index.name}`
  const made = attempt(
    planning,
    { kind: 'index', name: `${table.name}.${index.name}`, sql: index.sql },
    object,
    () => {
      checkKind(index)
      const context = contextOf(planning, draft, object)
      const parts = index.parts.map(part =>
        planPart(draft, part, expression => translateText(expression, context)),
      )
      const where = index.where === undefined ? undefined : translateCondition(index.where, context)
      return { unique: index.unique, parts, ...(where !== undefined && { where }) }
    },
  )
  if (!made) return
  const columns = index.parts.flatMap(({ column }) => column ?? [])
  if (index.unique) warnOfSpellings(planning, draft, object, columns)
  if (index.include.length > 0)
    planning.findings.push({
      code: 'index-without-include',
      severity: 'note',
      object,
      message: 'SQLite has no INCLUDE: the columns that came along are left away',
    })
  plan.indexes.push({ name: freeName(planning, index.name), ...made })
}

/** Only what keeps order, or answers equality, is the same in SQLite. */
function checkKind({ method, exclusion, unique, sql, valid }: PostgresIndex): void {
  if (exclusion) refuse('an exclusion constraint')
  if (!valid) refuse('it is not valid in the source either')
  if (method !== 'btree' && method !== 'hash') refuse(`SQLite has no index of kind ${method}`)
  if (unique && / NULLS NOT DISTINCT/.test(sql)) refuse('NULLs are not distinct in it')
}

function planPart(
  draft: Draft,
  { column, expression, descending, collation, operators }: PostgresIndex['parts'][number],
  translate: (expression: string) => { sql: string },
): IndexPartPlan {
  if (operators !== undefined && !/_(pattern_)?ops$/.test(operators)) refuse('an operator class of somebody')
  if (collation !== undefined && !isByBytes(collation)) refuse('a collation that SQLite does not have')
  if (column === undefined) return { expression: translate(expression!).sql, descending }
  const planned = columnOf(draft, column)
  return planned ? { column: planned.target, descending } : refuse('a column that is not copied')
}
