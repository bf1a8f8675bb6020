/** `on_error` of the plan file: what becomes of rows with a value that the column's type does not hold. */
import { count } from '../amounts.ts'
import type { AboutColumn } from '../choose-type.ts'
import { constantDefault, factsOfValue, type Scalar } from '../column-default.ts'
import type { Finding } from '../finding.ts'
import { countMisfits, fits } from '../fits.ts'
import type { OnError } from '../plan.ts'
import { planLine } from '../plan-line.ts'
import type { ColumnSettings } from '../plan-request.ts'
import { exampleOf } from '../type-findings.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'

interface Policy {
  onError?: OnError
  findings: Finding[]
}

/**
 * The policy of a column and what there is to say: how many rows it is for, or why it cannot be. A column that
 * holds nothing but fitting values needs none, and its rows take the fast path. `known`: why some do not fit.
 */
export function planPolicy(
  about: AboutColumn,
  settings: ColumnSettings,
  type: LogicalType,
  known: string | undefined,
): Policy {
  // Nobody has held the texts against the labels.
  const reason = known ?? (isEnum(type) ? 'what is no label of its enum' : undefined)
  const nulls = about.column.notNull ? about.facts.counts.null : 0
  if (!settings.onError || settings.onError === 'stop' || (reason === undefined && nulls === 0))
    return { findings: [] }
  const warning = affected(about, settings, type, reason, nulls)
  if (settings.onError === 'quarantine') return { onError: { policy: 'quarantine' }, findings: [warning] }
  const value = fallbackOf(about, settings)
  const wrong = wrongFallback(about, type, value)
  return { onError: { policy: 'default', value }, findings: wrong ? [wrong] : [warning] }
}

const isEnum = (type: LogicalType): boolean => type.kind === 'text' && type.labels !== undefined

function affected(
  about: AboutColumn,
  { onError }: ColumnSettings,
  type: LogicalType,
  reason: string | undefined,
  nulls: number,
): Finding {
  const { table, column, facts } = about
  const misfits = reason === undefined ? 0 : isEnum(type) ? undefined : countMisfits(type, facts)
  const many = misfits === undefined ? 'some values' : count(misfits + nulls, 'value')
  const why = reason ?? 'it says NOT NULL and holds NULL'
  const example = reason === undefined ? { example: facts.examples?.null } : exampleOf(about, type)
  const quarantined = onError === 'quarantine'
  return {
    code: quarantined ? 'values-quarantined' : 'values-replaced',
    severity: 'warning',
    object: `${table}.${column.name}`,
    message: `${many} ${misfits === 1 && nulls === 0 ? 'does' : 'do'} not fit ${showType(type)} (${why}): ${
      quarantined ? 'their rows go to quarantine' : 'the default is written instead, and the original is kept'
    }`,
    ...(example.example !== undefined && { example: example.example }),
  }
}

/** What the plan file says, else the column's own default where it is a constant, else NULL. */
function fallbackOf({ column }: AboutColumn, settings: ColumnSettings): Scalar {
  if (settings.fallback !== undefined) return settings.fallback
  return (column.default === undefined ? undefined : constantDefault(column.default)) ?? null
}

function wrongFallback(
  { table, column }: AboutColumn,
  type: LogicalType,
  value: Scalar,
): Finding | undefined {
  const about = { severity: 'refused' as const, object: `${table}.${column.name}` }
  const line = planLine(table, column.name, { on_error: 'default', default: 'VALUE' })
  if (value === null) {
    if (!column.notNull) return undefined
    return {
      ...about,
      code: 'default-is-null',
      message: 'its misfits are to become the default, which is NULL, and it says NOT NULL',
      remedy: `Name a value with ${line}`,
    }
  }
  const reason = fits(type, factsOfValue(value, type))
  if (reason === undefined) return undefined
  return {
    ...about,
    code: 'default-does-not-fit',
    message: `the value that is to be written in place of misfits does not fit ${showType(type)} itself`,
    remedy: `Name another one with ${line}`,
  }
}
