/** What the target will not have: views, triggers, checks, virtual tables and tables that nobody asked for. */
import type { OtherObject, Table } from '../schema.ts'
import { type Draft, leaveOut, type Planning } from './draft.ts'
import { lookUp } from './names.ts'

const AFTER = 'Make it in the target after the run; the SQL is in the report'

/** Lists every object of the source that is no part of a table in the plan. */
export function listLeftOut(planning: Planning, drafts: readonly Draft[], skipped: readonly Table[]): void {
  for (const table of skipped) leaveTable(planning, table)
  for (const draft of drafts) if (draft.plan.action !== 'use') leaveChecks(planning, draft.table)
  for (const other of planning.schema.others) leaveOther(planning, other, skipped)
}

function leaveTable(planning: Planning, table: Table): void {
  const reason = 'the plan leaves this table out'
  planning.leftOut.push({ kind: 'table', name: table.name, sql: table.sql, reason })
  planning.findings.push({
    code: 'table-left-out',
    severity: 'note',
    object: `table ${table.name}`,
    message: reason,
  })
}

function leaveChecks(planning: Planning, table: Table): void {
  for (const [i, check] of table.checks.entries()) {
    const name = check.name ?? `${table.name} check ${i + 1}`
    const sql = `CHECK (${check.expression})`
    const reason = check.name
      ? `its check ${check.name} is not converted yet: the target will not refuse what it refused`
      : 'a check is not converted yet: the target will not refuse what it refused'
    leaveOut(
      planning,
      { kind: 'check', name, sql, reason },
      {
        code: 'check-not-converted',
        object: `table ${table.name}`,
        remedy: 'Add it in the target after the run; the SQL is in the report',
      },
    )
  }
}

function leaveOther(planning: Planning, other: OtherObject, skipped: readonly Table[]): void {
  const { kind, name, sql } = other
  if (kind === 'trigger') leaveTrigger(planning, other, skipped)
  else if (kind === 'shadow table') leaveShadow(planning, other)
  else
    leaveOut(
      planning,
      { kind, name, sql, reason: REASONS[kind].reason },
      { ...REASONS[kind].finding, object: `${kind} ${name}` },
    )
}

const REASONS = {
  view: { reason: 'views are not converted yet', finding: { code: 'view-not-converted', remedy: AFTER } },
  'virtual table': {
    reason: 'virtual tables are not copied yet',
    finding: {
      code: 'virtual-table-left-out',
      remedy: 'Make an index for the same searches in the target after the run',
    },
  },
}

function leaveShadow(planning: Planning, { kind, name, sql }: OtherObject): void {
  const reason = 'it belongs to a virtual table and holds nothing of its own'
  planning.leftOut.push({ kind, name, sql, reason })
  planning.findings.push({
    code: 'shadow-table-left-out',
    severity: 'note',
    object: `${kind} ${name}`,
    message: reason,
  })
}

function leaveTrigger(
  planning: Planning,
  { kind, name, sql, table }: OtherObject,
  skipped: readonly Table[],
): void {
  if (table !== undefined && lookUp(skipped, table)) {
    planning.leftOut.push({ kind, name, sql, reason: 'the plan leaves its table out' })
    return
  }
  leaveOut(
    planning,
    { kind, name, sql, reason: 'triggers are not converted yet' },
    {
      code: 'trigger-not-converted',
      object: `trigger ${name}`,
      remedy: AFTER,
    },
  )
}
