/** Expressions of tables (checks, generated columns, indexes) in SQL of the target. */

import { showName } from '../name-text.ts'
import type { ColumnPlan, Conversion } from '../plan.ts'
import { quoteName } from '../sql-text.ts'
import { isRowNumber, sameName } from '../sqlite-sql/names.ts'
import { parseExpression, SqlSyntaxError } from '../sqlite-sql/parse.ts'
import { affinityOf } from '../translate/affinity.ts'
import { translateCheck } from '../translate/check.ts'
import { translateKey, translateTruth, translateValue } from '../translate/expression.ts'
import { type ColumnRef, type Scope, type Translated, Untranslatable } from '../translate/scope.ts'
import type { LogicalType } from '../types.ts'
import { collationOf } from './collations.ts'
import { isApart } from './column-collations.ts'
import { columnOf, type Draft, type Planning } from './draft.ts'
import { mergedOf } from './merged.ts'
import { timesOf } from './times.ts'

/** One expression of the source and what became of it, so that both can be evaluated over the same rows. */
export interface PlannedExpression {
  /** The same in every plan: `check:users:0`, `generated:users:total`, `part:index:0`, `where:index`. */
  id: string
  kind: 'check' | 'generated' | 'index part' | 'index condition'
  /** Name in the source. */
  table: string
  /** As SQLite has it. */
  source: string
  /** SQL of the target over bare quoted names of its columns. */
  sql: string
  /** Whether only its truth counts. */
  condition: boolean
  /** What a value is; absent for conditions. */
  type?: LogicalType
  /** Of a generated column: the declaration, whose affinity SQLite applies to what the expression gives. */
  declared?: string
}

/** What is to be translated; `type`: what it must give; `index`: of which kind it is a part. */
export type Wanted = Pick<PlannedExpression, 'id' | 'kind' | 'source' | 'type' | 'declared'> & {
  index?: { unique: boolean }
}

/** The SQL, or the reason why there is none, in words that can stand in a finding. */
export type Outcome = (Translated & { reason?: never }) | { reason: string }

/** How a column is written; undefined: by its name. */
type Spell = (column: ColumnPlan) => string | undefined

/**
 * Translates a value that depends on the row alone, as generated columns and indexes need it. With `spell` the
 * SQL that is kept for trying has the columns' names all the same.
 */
export function translateExpression(
  planning: Planning,
  draft: Draft,
  { id, kind, source, type, declared, index }: Wanted,
  spell?: Spell,
): Outcome {
  return outcome(planning, id, () => {
    const node = parseExpression(source)
    const scope = tableScope(planning, draft)
    const value = index ? translateKey(node, scope, index.unique) : translateValue(node, scope, type)
    if (value.volatile) throw new Untranslatable(CHANGES)
    const gives = type ?? value.type
    // What stands for a value that has several types finds the same rows, and is not the value itself.
    if (value.printed) return value
    planning.expressions.push({
      ...{ id, kind, table: draft.table.name, source, sql: value.sql, condition: false },
      ...(gives && { type: gives }),
      ...(declared !== undefined && { declared }),
    })
    return spell ? translateValue(node, tableScope(planning, draft, spell), type) : value
  })
}

const CHANGES =
  'PostgreSQL takes nothing there that may depend on the clock, on chance or on settings of the session'

/** Translates a condition over a row. That of an index must depend on the row alone. */
export function translateRule(planning: Planning, draft: Draft, { id, kind, source }: Wanted): Outcome {
  return outcome(planning, id, () => {
    const translateCondition = kind === 'check' ? translateCheck : translateTruth
    const rule = translateCondition(parseExpression(source), tableScope(planning, draft))
    if (rule.volatile && kind === 'index condition') throw new Untranslatable(CHANGES)
    planning.expressions.push({ id, kind, table: draft.table.name, source, sql: rule.sql, condition: true })
    return rule
  })
}

function outcome(planning: Planning, id: string, translate: () => Translated): Outcome {
  const rejection = planning.rejected.get(id)
  if (rejection !== undefined) return { reason: rejection }
  try {
    return translate()
  } catch (error) {
    if (error instanceof Untranslatable) return { reason: error.message }
    if (error instanceof SqlSyntaxError) return { reason: `longhaul cannot read it: ${error.message}` }
    throw error
  }
}

/** The columns of a table in the plan, by their bare names in the target. */
function tableScope(planning: Planning, draft: Draft, spell: Spell = () => undefined): Scope {
  return {
    ...testsJson(planning),
    column(name, table) {
      if (table !== undefined && !sameName(table, draft.table.name)) return undefined
      const column = namedColumn(draft, name)
      return column && refer(planning, draft, column, spell(column))
    },
  }
}

/** Whether the target can tell what is JSON. */
export const testsJson = ({ target }: Planning): Pick<Scope, 'testsJson'> =>
  target.version >= 160_000 ? { testsJson: true } : {}

function refer(
  planning: Planning,
  draft: Draft,
  column: ColumnPlan,
  spelled = quoteName(column.target),
): ColumnRef {
  const { name, conversion, type } = column
  if (conversion !== undefined && !KEEPS_MEANING.includes(conversion))
    throw new Untranslatable(`the values of ${showName(name)} are converted (${conversion})`)
  const collation = collationOf(draft, column)
  if (collation === 'other') throw new Untranslatable(`${showName(name)} has a collation of its own`)
  const source = draft.table.columns.find(column => column.name === name)
  return {
    ...{ sql: spelled, type },
    ...(collation && { collation }),
    ...(isApart(planning, draft, column) && { apart: true }),
    ...(source && { affinity: affinityOf(source.declared, draft.table.strict) }),
    ...timesOf(draft, column),
    ...mergedOf(draft, column),
  }
}

/** Changes of characters that no text of the target can hold. */
export const KEEPS_MEANING: Conversion[] = ['strip-nul', 'escape-nul', 'strip-invalid']

/** The column that an expression means by a name: `rowid` and its like are the one that is the row number. */
export function namedColumn(draft: Draft, name: string): ColumnPlan | undefined {
  const key = draft.table.primaryKey
  const number = key?.rowid && isRowNumber(name)
  return columnOf(draft, name) ?? (number ? columnOf(draft, key.columns[0]!) : undefined)
}
