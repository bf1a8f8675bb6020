/** Columns of tables that the run makes. */
import type { ColumnFacts } from '../assessment.ts'
import { translateDefault } from '../default-value.ts'
import { showName } from '../name-text.ts'
import type { ColumnPlan, Conversion } from '../plan.ts'
import { planLine } from '../plan-line.ts'
import type { Column, Table } from '../schema.ts'
import type { LogicalType } from '../types.ts'
import { reportBrokenNotNull } from './column-losses.ts'
import { planType } from './column-type.ts'
import { type Draft, leaveOut, type Planning } from './draft.ts'
import { keyHoldsNull } from './key-nulls.ts'
import { assignNames, nameFits, SYSTEM_COLUMNS } from './names.ts'
import { columnSettings, settingsOf } from './selection.ts'

/** Integers beyond this arrive as bigint. */
const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** Plans every column of a table that is created, in the source's order. */
export function planColumns(planning: Planning, draft: Draft): ColumnPlan[] {
  const { table, facts } = draft
  const settings = settingsOf(planning.request, table)
  const wanted = table.columns.map(column => columnSettings(settings, column.name).target ?? column.name)
  const names = assignNames(wanted, new Set(SYSTEM_COLUMNS))
  const forbidsNull = !keyHoldsNull(planning, table, facts)
  return table.columns.map((column, i) => {
    reportName(planning, table, column, wanted[i]!, names[i]!)
    const inKey = table.primaryKey?.columns.includes(column.name) ?? false
    const key = inKey ? { forbidsNull } : undefined
    return planColumn(planning, table, column, columnFacts(facts.columns, column.name), names[i]!, key)
  })
}

/** The facts of a column; those of one without rows where the scan has none. */
export function columnFacts(facts: readonly ColumnFacts[], name: string): ColumnFacts {
  return (
    facts.find(column => column.name === name) ?? {
      name,
      declared: '',
      counts: { null: 0, integer: 0, real: 0, text: 0, blob: 0 },
      finite: true,
      longest: { textBytes: 0, textChars: 0, blobBytes: 0 },
      formats: [],
      unfit: { nul: 0, invalidUtf8: 0 },
    }
  )
}

function reportName(planning: Planning, table: Table, column: Column, wanted: string, given: string): void {
  if (wanted === given) return
  const reason = nameFits(wanted)
    ? 'PostgreSQL, or another column of the table, has taken its name'
    : 'PostgreSQL holds names of 1 to 63 bytes'
  planning.findings.push({
    code: 'name-changed',
    severity: 'warning',
    object: `${table.name}.${column.name}`,
    message: `${reason}; it becomes ${showName(given)}`,
    remedy: `Choose a name with ${planLine(table.name, column.name, { target: 'NAME' })}`,
  })
}

function planColumn(
  planning: Planning,
  table: Table,
  column: Column,
  facts: ColumnFacts,
  target: string,
  key: { forbidsNull: boolean } | undefined,
): ColumnPlan {
  const { type, why, conversion, onError } = planType(planning, table, column, facts)
  const identity = key && table.primaryKey?.rowid && type.kind === 'integer'
  const written = identity || column.generated ? undefined : planDefault(planning, table, column, type)
  // With a policy of its own, a NULL is a misfit as any other.
  const broken = !key?.forbidsNull && !onError && column.notNull && facts.counts.null > 0
  if (broken) reportBrokenNotNull(planning, table, column, facts)
  return {
    name: column.name,
    target,
    type,
    notNull: (column.notNull && !broken) || (key !== undefined && (key.forbidsNull || onError !== undefined)),
    ...(written !== undefined && { default: written }),
    ...(conversion && { conversion }),
    ...(onError && { onError }),
    ...(identity && { identity: lastNumber(table, facts) }),
    wide: isWide(facts, type, conversion),
    why,
  }
}

/** Also where REALs become texts: 10.0 is another text than 10, and as a number they look alike. */
export function isWide(
  { integers, counts }: ColumnFacts,
  type: LogicalType,
  conversion: Conversion | undefined,
): boolean {
  if (counts.real > 0 && (type.kind === 'text' || conversion === 'text-as-bytes')) return true
  return integers !== undefined && (BigInt(integers.min) < -SAFE || BigInt(integers.max) > SAFE)
}

/** The greater of the greatest number there is and the last that AUTOINCREMENT gave out; none below 1. */
export function lastNumber(table: Table, facts: ColumnFacts): { last?: string } {
  const numbers = [facts.integers?.max, table.sequence].flatMap(text =>
    text === undefined ? [] : BigInt(text),
  )
  const last = [0n, ...numbers].sort((a, b) => (a < b ? -1 : 1)).at(-1)!
  return last > 0n ? { last: String(last) } : {}
}

function planDefault(
  planning: Planning,
  table: Table,
  column: Column,
  type: LogicalType,
): string | undefined {
  if (column.default === undefined) return undefined
  const translated = translateDefault(column.default, type)
  if ('sql' in translated) return translated.sql === 'NULL' ? undefined : translated.sql
  const name = `${table.name}.${column.name}`
  const reason = `its default is not translated: ${translated.reason}`
  leaveOut(
    planning,
    { kind: 'default', name, sql: column.default, reason },
    {
      code: 'default-not-translated',
      object: name,
      remedy: 'Set the default in the target after the run',
    },
  )
  return undefined
}
