/**
 * A rollback as a script for psql: one transaction that checks first what it takes for granted, and does with the
 * same statements what the rollback itself would do.
 */
import { escapeControls } from '../model/name-text.ts'
import { isLoadedInto, type TablePlan, type UpsertPlan } from '../model/plan.ts'
import { showScope } from '../model/render-rollback.ts'
import type { RollbackScope } from '../model/rollback.ts'
import { quoteText } from '../model/sql-text.ts'
import { overruledSql, restoreRowsSql } from './overwritten.ts'
import { aroundRows, fencePartSql, forgetTablesSql } from './parts.ts'
import type { ObjectRow } from './reader.ts'
import type { RunRow } from './runs.ts'
import { dropLedgerSql, type Place, tableName } from './schema.ts'
import {
  deleteRowsSql,
  type Going,
  isOwn,
  loudSql,
  overwrites,
  placeOf,
  quietSql,
  unsettleSql,
} from './written.ts'

export interface ScriptOf {
  ledger: Place
  run: RunRow
  scope: RollbackScope
  /** Those that the scope means. */
  tables: readonly TablePlan[]
  /** What goes with them, in the order of undoing. */
  objects: readonly ObjectRow[]
  /** Rows that the run wrote, by table. */
  written: ReadonlyMap<string, number>
}

/** Raises, and changes nothing, where the run went on since or rows of others would go. */
export function undoScript(script: ScriptOf): string {
  const { scope } = script
  const all = scope.kind === 'all'
  const whole = all && !scope.tables
  const { before, after } = aroundRows(all ? script.objects : [], script.tables)
  const parts = [
    head(script),
    checks(script),
    ...(whole
      ? []
      : [statements('the run is no longer what it was', [fencePartSql(script.ledger, script.run.id)])]),
    undone(before),
    rows(script),
    undone(after),
    ...(all ? [records(script, whole)] : []),
    'COMMIT;',
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function head({ run, scope }: ScriptOf): string {
  return [
    comment(`Takes run ${run.name} (${run.id}) back: ${showScope(scope)}.`),
    '-- Whole or not at all: psql --file FILE. Nothing is dumped before it, and nothing compared after it, as',
    '-- "longhaul rollback" does. Objects of others that stand in the way are named by PostgreSQL, and nothing is changed.',
    '\\set ON_ERROR_STOP on',
    'BEGIN;',
    'SET LOCAL search_path = pg_catalog;',
    'SET LOCAL row_security = off;',
    `SET LOCAL lock_timeout = '5s';`,
  ].join('\n')
}

/** Raises where the run went on since the script was written, or rows of others would go. */
function checks(script: ScriptOf): string {
  const { ledger, run, tables, scope } = script
  const same = `EXISTS (SELECT FROM ${tableName(ledger, 'run')} WHERE id = ${quoteText(run.id)} AND epoch = ${run.epoch}
                AND state NOT IN ('planned', 'running', 'replaying', 'repairing', 'rolling back'))`
  const locks = [...tables.map(placeOf)].sort().map(place => `LOCK TABLE ${place} IN ACCESS EXCLUSIVE MODE;`)
  const lost = tables
    .filter(table => !isLoadedInto(table) && scope.kind !== 'rows')
    .map(table => strangers(script, table))
  const own = tables
    .filter(table => isLoadedInto(table) || scope.kind === 'rows')
    .map(table => untold(script, table))
  return [
    raise(`NOT ${same}`, 'the run is under way, or went on since this script was written: write it anew'),
    ...locks,
    ...lost,
    ...own,
    ...tables.filter(overwrites).map(table => overruled(script, table)),
  ].join('\n')
}

const raise = (condition: string, message: string): string =>
  `DO ${quoteText(`BEGIN IF ${condition} THEN RAISE EXCEPTION USING MESSAGE = ${quoteText(message)}; END IF; END`)};`

function strangers({ ledger, run }: ScriptOf, table: TablePlan): string {
  const found = `EXISTS (SELECT FROM ${placeOf(table)} AS t WHERE NOT ${isOwn(ledger, run.id, table, 't')})`
  return raise(
    found,
    `table ${placeOf(table)} has rows that others wrote or changed since, which would be lost`,
  )
}

function overruled({ ledger, run }: ScriptOf, table: TablePlan & { upsert: UpsertPlan }): string {
  return raise(
    `(${overruledSql(ledger, run.id, table)})`,
    `rows of table ${placeOf(table)} that the run wrote over were changed by others since, which would be lost`,
  )
}

/** More rows than it wrote bear the numbers of its transactions, or none does. */
function untold({ ledger, run, written }: ScriptOf, table: TablePlan): string {
  const count = `(SELECT pg_catalog.count(*) FROM ${placeOf(table)} AS t WHERE ${isOwn(ledger, run.id, table, 't')})`
  const rows = written.get(table.name) ?? 0
  return raise(
    `${count} > ${rows} OR (${rows} > 0 AND ${count} = 0 AND EXISTS (SELECT FROM ${placeOf(table)}))`,
    `rows of table ${placeOf(table)} that the run wrote cannot be told from those of others any more`,
  )
}

function rows({ ledger, run, tables, scope }: ScriptOf): string {
  const going: Going[] = tables
    .filter(table => scope.kind !== 'all' || isLoadedInto(table))
    .map(table => ({
      ...table,
      every: scope.kind === 'data' && !isLoadedInto(table),
      ...(scope.where !== undefined && { where: scope.where }),
    }))
  if (going.length === 0) return ''
  return statements('rows, in one statement as they may refer to each other; no trigger of a user fires', [
    quietSql(going),
    ...going.filter(overwrites).map(table => restoreRowsSql(ledger, run.id, table)),
    deleteRowsSql(ledger, run.id, going),
    ...loudSql(),
    unsettleSql(ledger, run.id, going),
  ])
}

function undone(objects: readonly ObjectRow[]): string {
  return objects
    .filter(({ done, undo }) => done && undo.length > 0)
    .map(({ kind, table, name, undo }) =>
      statements(`${kind} ${name}${table && kind !== 'table' ? ` of ${table}` : ''}`, undo),
    )
    .join('\n\n')
}

function records({ ledger, run, tables, objects }: ScriptOf, whole: boolean): string {
  if (whole) {
    const drop = dropLedgerSql(ledger)
      .map(statement => `EXECUTE ${quoteText(statement)};`)
      .join('\n')
    return statements("longhaul's own records, and the ledger with the last of them", [
      `LOCK TABLE ${tableName(ledger, 'run')}`,
      `DELETE FROM ${tableName(ledger, 'run')} WHERE id = ${quoteText(run.id)}`,
      `DO ${quoteText(`BEGIN IF NOT EXISTS (SELECT FROM ${tableName(ledger, 'run')}) THEN\n${drop}\nEND IF; END`)}`,
    ])
  }
  const gone = objects.map(
    ({ kind, table, name }) => `(${quoteText(kind)}, ${quoteText(table)}, ${quoteText(name)})`,
  )
  return statements("longhaul's own records of these tables", [
    ...(gone.length > 0
      ? [
          `DELETE FROM ${tableName(ledger, 'object')}
 WHERE run_id = ${quoteText(run.id)} AND (kind, table_name, name) IN (${gone.join(', ')})`,
        ]
      : []),
    ...forgetTablesSql(ledger, run.id, tables),
  ])
}

const statements = (title: string, sql: readonly string[]): string =>
  [comment(title), ...sql.map(statement => `${statement};`)].join('\n')

const comment = (text: string) => `-- ${escapeControls(text)}`
