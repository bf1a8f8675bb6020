/** Indexes of tables that the run makes: over columns and expressions, partial, unique, with their collations. */
import type { IndexPartPlan, IndexPlan } from '../plan.ts'
import type { Index, IndexPart } from '../schema.ts'
import { collationOf, columnPart, fold, known, reportByIndex, reportLost } from './collations.ts'
import { columnOf, type Draft, leaveOut, type Planning } from './draft.ts'
import { translateExpression, translateRule } from './expressions.ts'

/** The index with the name that it has in the source; undefined where it cannot be made, which is reported. */
export function planIndex(planning: Planning, draft: Draft, index: Index): IndexPlan | undefined {
  const parts = index.parts.map((part, i) =>
    planPart(planning, draft, part, { id: `part:${index.name}:${i}`, unique: index.unique }),
  )
  const where = planWhere(planning, draft, index)
  const reason = [...parts, where].find(piece => typeof piece === 'string')
  if (reason !== undefined || typeof where === 'string') {
    reportIndex(planning, index, reason ?? '')
    return undefined
  }
  reportOwnCollations(planning, draft, index)
  return {
    ...{ name: index.name, unique: index.unique },
    parts: parts.filter(part => typeof part !== 'string'),
    ...(where?.sql !== undefined && { where: where.sql }),
  }
}

/** The part, or why it cannot be made. */
function planPart(
  planning: Planning,
  draft: Draft,
  part: IndexPart,
  { id, unique }: { id: string; unique: boolean },
): IndexPartPlan | string {
  if (part.column !== undefined) {
    const column = columnOf(draft, part.column)
    if (!column) return 'one of its columns is not written'
    return columnPart(column, collationOf(draft, column, part.collation), part.descending)
  }
  const made = translateExpression(planning, draft, {
    ...{ id, kind: 'index part', source: part.expression ?? '', index: { unique } },
  })
  if (made.reason !== undefined) return made.reason
  const { sql, type } = made
  if (type?.kind === 'json' && !type.binary) return 'its expression gives json, which no index takes'
  const collation = type?.kind === 'text' && part.collation ? known(part.collation.toUpperCase()) : undefined
  if (collation === 'other') return `the target has no collation ${part.collation}`
  return { expression: collation ? fold(`(${sql})`, collation) : sql, descending: part.descending }
}

/** The condition, `{}` where there is none to write, or why it cannot be written. */
function planWhere(planning: Planning, draft: Draft, { name, where }: Index): { sql?: string } | string {
  if (where === undefined) return {}
  const made = translateRule(planning, draft, {
    ...{ id: `where:${name}`, kind: 'index condition', source: where },
  })
  if (made.reason !== undefined) return made.reason
  return made.sql === 'true' ? {} : { sql: made.sql }
}

function reportIndex(planning: Planning, index: Index, problem: string): void {
  const unique = index.unique ? '; what it keeps unique is not kept so in the target' : ''
  leaveOut(
    planning,
    {
      kind: 'index',
      name: index.name,
      sql: index.sql,
      reason: `it is not made: ${problem}${unique}`,
    },
    {
      code: 'index-not-translated',
      object: `index ${index.name}`,
      remedy: 'Make one that serves the same queries in the target after the run; the SQL is in the report',
    },
  )
}

/** Collations that the index names itself; those of its columns are told with the columns. */
function reportOwnCollations(planning: Planning, draft: Draft, index: Index): void {
  const own = new Set<string>()
  for (const { column: name, collation } of index.parts) {
    const column = name === undefined ? undefined : columnOf(draft, name)
    if (column && collation !== undefined && collationOf(draft, column, collation)) own.add(collation)
  }
  for (const collation of own) {
    const object = `index ${index.name}`
    const name = known(collation.toUpperCase())
    if (name === 'other') reportLost(planning, object, index.name, collation)
    else reportByIndex(planning, object, name, true)
  }
}
