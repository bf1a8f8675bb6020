/** The report of a rollback as Markdown: what was checked, dumped, undone and compared, by whom and when. */

import type { PostgresEndpoint } from './endpoint.ts'
import { showEndpoint } from './endpoint.ts'
import { escapeControls } from './name-text.ts'
import { cell, code } from './report/markdown-text.ts'
import type {
  BackedUp,
  RollbackBackup,
  RollbackCheck,
  RollbackScope,
  RollbackTable,
  RolledBack,
} from './rollback.ts'

export interface RollbackDocument {
  run: string
  name: string
  target: PostgresEndpoint
  scope: RollbackScope
  /** ISO 8601. */
  startedAt: string
  endedAt: string
  host: string
  by?: string
  comment?: string
  check: RollbackCheck
  backedUp: BackedUp
  outcome: RolledBack
  /** Dumps of attempts that did not come to their end. */
  dumps?: RollbackBackup[]
  /** Rollbacks of the same run before this one, the latest first. */
  earlier?: RollbackDocument[]
}

export function renderRollback(report: RollbackDocument): string {
  const sections = [
    heading(report),
    checked(report),
    tables(report),
    dumped(report),
    undone(report),
    compared(report),
  ]
  const text = `${sections.filter(Boolean).join('\n\n')}\n`
  return [text, ...(report.earlier ?? []).map(renderRollback)].join('\n')
}

/** `everything`, `tables a, b`, `rows that the run wrote where …`. */
export function showScope({ kind, tables, where }: RollbackScope): string {
  const of = tables
    ? ` of ${tables.length === 1 ? 'table' : 'tables'} ${tables.map(escapeControls).join(', ')}`
    : ''
  if (kind === 'rows')
    return `rows that the run wrote${of}${where === undefined ? '' : ` where ${escapeControls(where)}`}`
  if (kind === 'data') return `all rows${of}; the tables stay`
  if (kind === 'database') return 'the whole database, made anew from the dump'
  return tables ? `all${of}` : 'everything that the run made'
}

function heading({
  run,
  name,
  target,
  scope,
  startedAt,
  endedAt,
  host,
  by,
  comment,
  outcome,
}: RollbackDocument): string {
  const facts = [
    ['State', outcome.differences.length > 0 ? '**taken back, with differences**' : '**taken back**'],
    ['Run', code(run)],
    ['Target', code(showEndpoint(target))],
    ['What', cell(showScope(scope))],
    ['Began', startedAt],
    ['Ended', endedAt],
    ['By', by === undefined ? 'not said' : cell(by)],
    ...(comment === undefined ? [] : [['Comment', cell(comment)]]),
    ['Worker', cell(host)],
  ]
  return `# Rollback of ${cell(name)}\n\n| | |\n|---|---|\n${facts.map(([k, v]) => `| ${k} | ${v} |`).join('\n')}`
}

function checked({ check: { safe, loses, warnings, state } }: RollbackDocument): string {
  const verdict = safe
    ? 'Safe: nothing of others was in the way, and nothing of theirs was lost.'
    : loses
      ? 'Rows of others were lost, which the operator consented to (rows-of-others).'
      : 'Not safe.'
  return [
    '## Safety check',
    `The run was ${cell(state)}. ${verdict}`,
    ...(warnings.length > 0 ? [list(warnings)] : []),
  ].join('\n\n')
}

function tables({ check: { tables, more } }: RollbackDocument): string {
  if (tables.length === 0) return ''
  const row = (t: RollbackTable) =>
    `| ${cell(t.name)} | ${cell(t.target)} | ${t.written} | ${t.before ?? 'unknown'} | ${t.rows} | ${t.goes} | ${t.lost} | ${t.changed ? 'yes' : 'no'} |`
  const head =
    '| Table | In the target | Written by the run | Before the run | Before the rollback | To go | Of others | Changed since |\n|---|---|---:|---:|---:|---:|---:|---|'
  return `${head}\n${tables.map(row).join('\n')}${more > 0 ? `\n\nand ${more} more` : ''}`
}

function dumped({ backedUp: { backup, text }, dumps = [] }: RollbackDocument): string {
  const files = [...(backup ? [backup] : []), ...dumps].map(
    ({ path, host, bytes, sha256 }) =>
      `| | |\n|---|---|\n| File | ${code(path)} on host ${cell(host)} |\n| Bytes | ${bytes} |\n| sha256 | ${code(sha256)} |`,
  )
  return [
    `## Dump before the rollback\n\n${cell(text)}.`,
    ...files.slice(0, backup ? 1 : 0),
    ...(dumps.length > 0
      ? ['Attempts before this one, which did not come to their end, made dumps too:']
      : []),
    ...files.slice(backup ? 1 : 0),
    ...(files.length > 0 ? ['Restore what you need with `pg_restore`.'] : []),
  ].join('\n\n')
}

function undone({ outcome: { undone, rows } }: RollbackDocument): string {
  return `## Taken back\n\n- Objects: ${undone}\n- Rows of tables that stay: ${rows}`
}

function compared({ outcome: { verified, differences } }: RollbackDocument): string {
  const found = differences.length > 0 ? ['The target is not as before:', list(differences)] : []
  const how = verified.length > 0 ? list(verified) : 'Nothing.'
  return ['## Compared with the state before the run', how, ...found].join('\n\n')
}

const list = (lines: readonly string[]) => lines.map(line => `- ${cell(line)}`).join('\n')
