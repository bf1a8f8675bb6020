/** A rollback in words: what the check found, how it ended, what it waits for. */
import type { Waiting } from '../../model/control.ts'
import type { RollbackResult } from '../../model/payloads.ts'
import { lossText } from '../../model/refuse-rollback.ts'
import { showScope } from '../../model/render-rollback.ts'
import type { RollbackCheck, RollbackScope, RollbackTable } from '../../model/rollback.ts'
import { type Column, count, table } from './text.ts'

const right = 'right' as const
const COLUMNS: Column<RollbackTable>[] = [
  { title: 'table', value: t => t.target },
  { title: 'written by the run', value: t => count(t.written), align: right },
  { title: 'before it', value: t => (t.before === null ? 'unknown' : count(t.before)), align: right },
  { title: 'now', value: t => count(t.rows), align: right },
  { title: 'would go', value: t => count(t.goes), align: right },
  { title: 'of others', value: t => count(t.lost), align: right },
  { title: 'changed since', value: t => (t.changed ? 'yes' : 'no') },
]

/** Tables that a screen has room for. */
const MOST_TABLES = 40

/** What the safety check found, for people; ends with whether it is safe. */
export function checkText(name: string, scope: RollbackScope, check: RollbackCheck): string {
  const { tables, more, refusals, warnings, safe, already, dropped = [] } = check
  if (already !== undefined) return `Run ${name} ${already}. There is nothing to do.`
  const shown = tables.slice(0, MOST_TABLES)
  const hidden = tables.length - shown.length + more
  const verdict = safe
    ? dropped.length > 0
      ? `Run ${name} can be taken back, but the target will not be as before: ${count(dropped.length)} old table(s) were dropped with consent, and nothing brings them back. The rollback says so with status 4.`
      : `Run ${name} can be taken back safely: ${showScope(scope)}.`
    : refusals.length > 0
      ? `Run ${name} cannot be taken back like this: ${showScope(scope)}.`
      : `Run ${name} can be taken back, and what is not its own would be lost: ${lossText(check)}. It takes a consent (--accept rows-of-others), and is dumped first, but for --backup none.`
  return [
    ...(shown.length > 0 ? [table(COLUMNS, shown) + (hidden > 0 ? `\nand ${hidden} more` : '')] : []),
    ...(refusals.length > 0 ? [['In the way:', ...refusals.map(line => `  ${line}.`)].join('\n')] : []),
    ...(warnings.length > 0 ? [['Warnings:', ...warnings.map(line => `  ${line}`)].join('\n')] : []),
    verdict,
  ].join('\n\n')
}

/** What a rollback took away, and what was compared. */
export function endText({ message, backedUp, verified, differences, report }: RollbackResult): string {
  return [
    `${message}.`,
    ...(backedUp ? [`Before it: ${backedUp}.`] : []),
    ...(verified?.length ? ['Compared:', ...verified.map(line => `  ${line}`)] : []),
    ...(differences?.length ? ['Not as before:', ...differences.map(line => `  ${line}`)] : []),
    ...(report ? [`Report: ${report.markdown} on host ${report.host}`] : []),
  ].join('\n')
}

/** Why a rollback stays open, and how it goes on. */
export function waitingText(name: string, waiting: readonly Waiting[]): string {
  return [
    ...waiting.map(({ text }) => `The rollback of ${name} waits for ${text}.`),
    'Once that is done, the same command goes on with it.',
  ].join('\n')
}
