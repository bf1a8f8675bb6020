/** A plan as SQL to read, or to run by hand: what a run executes, in its order, and what takes it back. */
import { showEndpoint } from '../../model/endpoint.ts'
import { escapeControls, showName } from '../../model/name-text.ts'
import { isLoadedInto, type Plan, type PlanWhat, type TablePlan } from '../../model/plan.ts'
import { dropOld, setAside } from './aside.ts'
import { analyze, createSchema, createTable, type Effect, letAutovacuum, vacuum } from './ddl.ts'
import { createExtension } from './ddl-optimized.ts'
import { foreignKeys, tableParts, triggers, views } from './plan-effects.ts'
import { qualified } from './quote.ts'
import { setSequence } from './sequence.ts'

/** What of the target decides about the statements. */
export interface Around {
  /** The plan's schema, where it is not there yet. */
  newSchema?: string
  /** The schema for tables that are replaced. */
  aside: string
  /** Triggers and foreign keys that are put aside while rows are loaded, by the plan's name of the table. */
  putAside: ReadonlyMap<string, Effect[]>
}

export interface Scripts {
  sql: string
  rollback: string
}

/** Both scripts, without the ledger and the rows; the same plan gives the same text. */
export function scriptsOf(plan: Plan, around: Around): Scripts {
  const { what } = plan
  const before = beforeRows(what, around)
  const after = afterRows(what)
  const aside = what.tables.flatMap(({ name }) => around.putAside.get(name) ?? [])
  const back = aside.toReversed().map(effect => ({ ...effect, sql: effect.undo, undo: [] }))
  const last = [...views(what), ...triggers(what)]
  return {
    sql: script(plan, 'What a run of this plan executes in the target', [
      ...[...before, ...aside].map(done),
      ...what.tables.map(rowsLine),
      ...[...after, ...foreignKeys(what), ...letAutovacuum(what.tables), ...back, ...last].map(done),
      ...vacuumed(what),
    ]),
    rollback: script(plan, 'What takes a run of this plan back', [
      ...emptied(what),
      ...[...before, ...after, ...foreignKeys(what), ...last].toReversed().map(undone),
    ]),
  }
}

function beforeRows(what: PlanWhat, { newSchema, aside }: Around): Effect[] {
  const replaced = setAside(what, aside)
  const dropped = what.policies.backup === 'none' && replaced.length > 0
  return [
    ...(newSchema === undefined ? [] : [createSchema(newSchema)]),
    ...(replaced.length > 0 ? [dropped ? { ...createSchema(aside), undo: [] } : createSchema(aside)] : []),
    ...(what.extensions ?? []).map(createExtension),
    ...(dropped ? replaced.map(effect => ({ ...effect, undo: [] })) : replaced),
    ...(dropped ? [dropOld(what, aside)] : []),
    ...what.tables.filter(table => !isLoadedInto(table)).map(createTable),
  ]
}

function afterRows({ tables }: PlanWhat): Effect[] {
  return tables.flatMap(table => [
    ...(isLoadedInto(table) ? [] : tableParts(table)),
    ...table.columns.filter(({ identity }) => identity).map(column => setSequence(table, column)),
    analyze(table),
  ])
}

/** What a single transaction does not take. */
const vacuumed = ({ policies, tables }: PlanWhat): string[] =>
  policies.vacuum
    ? [
        [
          '-- A run also does this, after the rows and indexes of each table, outside of a transaction:',
          ...tables.flatMap(table => vacuum(table).sql.map(sql => comment(`${sql};`))),
        ].join('\n'),
      ]
    : []

/** A script with its head; parts that are empty go. */
export function script({ what, hash }: Plan, title: string, parts: string[]): string {
  const head = [
    `-- ${title}, in this order, without the rows and without longhaul's own records.`,
    comment(`Plan ${hash}: ${showEndpoint(what.source)} to ${showEndpoint(what.target)}.`),
    '-- Whole or not at all: psql --single-transaction --set ON_ERROR_STOP=1 --file FILE',
    'SET search_path = pg_catalog;',
  ].join('\n')
  return `${[head, ...parts.filter(Boolean), 'RESET search_path;'].join('\n\n')}\n`
}

export const done = ({ object, sql }: Effect) => statements(object, sql)
export const undone = ({ object, undo }: Effect) => statements(object, undo)

function statements({ kind, table, name }: Effect['object'], sql: readonly string[]): string {
  if (sql.length === 0) return ''
  const of = table && kind !== 'table' ? ` of ${showName(table)}` : ''
  return [comment(`${kind} ${showName(name)}${of}`), ...sql.map(statement => `${statement};`)].join('\n')
}

const rowsLine = ({ name, target, rows }: TablePlan) =>
  comment(
    `rows: ${rows} of ${showName(name)} are loaded into ${showName(target.schema)}.${showName(target.name)}`,
  )

/** A run takes back only what it wrote itself; a script cannot tell. */
function emptied({ tables }: PlanWhat): string[] {
  const named = (wanted: TablePlan['action']) =>
    tables
      .filter(({ action }) => action === wanted)
      .map(({ target }) => qualified(target.schema, target.name))
  const [used, added, byKey] = [named('use'), named('append'), named('upsert')]
  return [
    ...added.map(name =>
      comment(`rows that the run added to ${name} stay: only its own records tell them from the others`),
    ),
    ...byKey.map(name =>
      comment(
        `rows that the run wrote into ${name} stay as they are: only its own records have what was there`,
      ),
    ),
    ...(used.length > 0 ? [emptyAgain(used)] : []),
  ]
}

const emptyAgain = (names: string[]) =>
  `-- These tables were there before, and empty: make sure that no rows but those of the run are in them.\nTRUNCATE ${names.join(', ')};`

const comment = (text: string) => `-- ${escapeControls(text)}`
