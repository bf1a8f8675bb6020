/** What the target will not have: virtual tables and tables that nobody asked for. */
import type { OtherObject, Table } from '../schema.ts'
import { leaveOut, leaveWithNote, type Planning } from './draft.ts'

/** Lists what is no part of a table in the plan; views and triggers are left out where they are planned. */
export function listLeftOut(planning: Planning, skipped: readonly Table[]): void {
  for (const table of skipped) leaveTable(planning, table)
  for (const other of planning.schema.others) leaveOther(planning, other)
}

function leaveTable(planning: Planning, { name, sql }: Table): void {
  const reason = 'the plan leaves this table out'
  leaveWithNote(planning, { kind: 'table', name, sql, reason }, 'table-left-out')
}

function leaveOther(planning: Planning, other: OtherObject): void {
  if (other.kind === 'shadow table') leaveShadow(planning, other)
  if (other.kind === 'virtual table') leaveVirtual(planning, other)
}

function leaveVirtual(planning: Planning, { kind, name, sql }: OtherObject): void {
  leaveOut(
    planning,
    {
      kind,
      name,
      sql,
      reason: 'its rows cannot be read: it keeps no content, or its module or content table is not there',
    },
    {
      code: 'virtual-table-left-out',
      object: `${kind} ${name}`,
      remedy: 'Make an index for the same searches in the target after the run',
    },
  )
}

function leaveShadow(planning: Planning, { kind, name, sql }: OtherObject): void {
  const reason = 'it belongs to a virtual table and holds nothing of its own'
  leaveWithNote(planning, { kind, name, sql, reason }, 'shadow-table-left-out')
}
