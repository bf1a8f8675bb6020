/** Columns of the tables that the run makes. */
import { isAccepted } from '../finding.ts'
import type { TablePlan } from '../plan.ts'
import type { PostgresColumn, PostgresSchema } from '../postgres-schema.ts'
import { quoteName } from '../sql-text.ts'
import { attempt } from './attempt.ts'
import type { Carried } from './carried.ts'
import type { Draft, Planning } from './draft.ts'
import { textOf } from './expression/value.ts'
import { nameColumns } from './names.ts'
import { carriedAs, longestOf, sameType } from './types.ts'

/** Plans every column, in the source's order; defaults and what is computed come later. */
export function planColumns(planning: Planning, draft: Draft): void {
  const { table, plan } = draft
  const names = nameColumns(planning, table)
  plan.columns = table.columns.map((column, i) => {
    const carried = carry(planning, draft, column)
    for (const check of typeChecks(planning.origin, column, names[i]!, carried)) {
      const object = `check ${table.name}.${check.name}`
      if (
        attempt(
          planning,
          { kind: 'check', name: `${table.name}.${check.name}`, sql: check.expression },
          object,
          () => check,
        )
      )
        plan.checks.push(check)
    }
    return {
      name: column.name,
      target: names[i]!,
      type: carried.type,
      declared: carried.declared,
      ...(carried.read !== undefined && { read: carried.read }),
      ...(carried.collation && { collation: carried.collation }),
      notNull: column.notNull || isNeverNull(planning.origin, column),
      wide: isWide(carried),
      why: carried.why,
    }
  })
  const largest = largestRow(planning.origin, draft)
  if (largest !== undefined) plan.largestRow = largest
}

/** What a column becomes, with what is to be said of it. */
export function carry(planning: Planning, { table, carried }: Draft, column: PostgresColumn): Carried {
  const object = `${table.name}.${column.name}`
  const lost = { code: 'nan-to-null', severity: 'consent' as const, object, message: '' }
  const found = carriedAs(column, planning.origin, {
    strict: planning.strict,
    dropsNaN: isAccepted(lost, planning.request.accept),
  })
  planning.findings.push(...found.findings.map(finding => ({ ...finding, object })))
  if (column.collation !== undefined && !isByBytes(column.collation))
    planning.findings.push({
      code: 'collation-left-out',
      severity: 'warning',
      object,
      message: `it is compared by the collation ${column.collation} in the source; in SQLite by its bytes`,
    })
  // Only collations of users may call two spellings equal.
  const held =
    column.collation !== undefined && isOfUser(column.collation)
      ? { ...found, holds: 'collated' as const }
      : found
  carried.set(column.name, held)
  return held
}

/** As `collationSql` prints the system's own. */
export const isByBytes = (collation: string): boolean => /^"(C|POSIX|default)"$/.test(collation)

const isOfUser = (collation: string): boolean => collation.includes('.')

function isNeverNull({ domains }: PostgresSchema, { shape }: PostgresColumn): boolean {
  return shape.kind === 'domain' && (domains.find(sameType(shape))?.notNull ?? false)
}

/** What the type itself held its values to. */
function typeChecks(
  { enums }: PostgresSchema,
  { shape, name }: PostgresColumn,
  target: string,
  { type, holds }: Carried,
): TablePlan['checks'] {
  const column = quoteName(target)
  const inner = shape.kind === 'domain' ? shape.base : shape
  if (inner.kind === 'enum') {
    const labels = enums.find(sameType(inner))?.labels ?? []
    return [{ name: `${name}_label`, expression: `${column} IN (${labels.map(textOf).join(', ')})` }]
  }
  if (type.kind === 'boolean') return [{ name: `${name}_truth`, expression: `${column} IN (0, 1)` }]
  if (type.kind === 'json') return [{ name: `${name}_json`, expression: `json_valid(${column})` }]
  if (type.kind === 'text' && type.maxLength !== undefined && (holds === 'text' || holds === 'padded'))
    return [{ name: `${name}_length`, expression: `length(${column}) <= ${type.maxLength}` }]
  return []
}

/** 64 bits, or more digits than 15, may be more than a number of JavaScript counts exactly. */
export function isWide({ type, holds }: Carried): boolean {
  if (type.kind === 'integer') return type.bits === 64
  if (type.kind !== 'numeric' || holds !== 'decimal') return false
  return (type.scale ?? 0) <= 0 && (type.precision ?? Number.POSITIVE_INFINITY) > 15
}

function largestRow({ enums }: PostgresSchema, { table, carried }: Draft): number | undefined {
  let sum = 0
  for (const column of table.columns) {
    const kind = carried.get(column.name)
    const longest = kind && (labelLength(enums, column) ?? longestOf(kind, column.facts))
    if (longest === undefined) return undefined
    sum += longest
  }
  return sum
}

/** Bytes of the longest label, each character counted as the most it may take. */
function labelLength(enums: PostgresSchema['enums'], { shape }: PostgresColumn): number | undefined {
  if (shape.kind !== 'enum') return undefined
  const labels = enums.find(sameType(shape))?.labels ?? []
  return Math.max(0, ...labels.map(label => label.length * 4))
}
