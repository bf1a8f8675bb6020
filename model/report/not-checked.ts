/** What the verdict of a report does not cover: a reader who signs has to know. */
import { count, rowsThat } from '../amounts.ts'
import { showName } from '../name-text.ts'
import type { ReportFacts } from './document.ts'

/** A sentence each, without a full stop. */
export function notChecked(facts: ReportFacts): string[] {
  if (facts.mode === 'preflight') return ['Preflight compares nothing: there is no copy yet']
  if (facts.mode === 'check')
    return [
      'Views and triggers: a comparison reads tables',
      ...rows(facts),
      ...schema(facts),
      ...rowsAside(facts),
      ...rules(facts),
    ]
  return [
    ...scope(facts),
    ...tables(facts),
    ...rowsAside(facts),
    ...views(facts),
    ...schema(facts),
    ...rules(facts),
    ...constraints(facts),
    ...objects(facts),
    ...source(facts),
  ]
}

const rows = ({ request: { rows } }: ReportFacts): string[] => [
  ...(rows?.where !== undefined ? ['Rows for which the condition of --where does not hold'] : []),
  ...(rows?.sample !== undefined
    ? [
        `Rows besides the ${rows.sample} of each table that were taken by chance; tables without a primary key were compared whole`,
      ]
    : []),
]

function scope({ request, result }: ReportFacts): string[] {
  const excluded = [...request.exclude, ...(request.file?.exclude ?? [])]
  const only = request.tables ?? request.file?.include
  return [
    ...(request.scope === 'schema' ? ['Rows: only the tables were asked for'] : []),
    ...(request.scope === 'data' ? ['Keys, indexes, views and triggers: only rows were asked for'] : []),
    ...(only ? ['Tables that were not asked for by name'] : []),
    ...(excluded.length > 0 ? [`Tables that the plan excludes: ${named(excluded)}`] : []),
    ...(result.verdict === 'not checked' && request.scope !== 'schema'
      ? ['The copy as a whole: the run ended before its rows were compared']
      : []),
  ]
}

function tables({ tables, skippedTables = [], result, request }: ReportFacts): string[] {
  if (result.verdict === 'not checked' || request.scope === 'schema') return []
  const left = new Set(skippedTables)
  const unchecked = tables.filter(t => t.verdict === 'not checked' && !left.has(t.name)).map(t => t.name)
  return [
    ...(left.size > 0 ? [`Tables that an operator left out: ${named([...left])}`] : []),
    ...(unchecked.length > 0 ? [`Rows of tables that were not compared: ${named(unchecked)}`] : []),
  ]
}

function rowsAside({ tables }: ReportFacts): string[] {
  return tables.flatMap(({ name, quarantined, altered }) => [
    ...(quarantined > 0
      ? [
          `Table ${showName(name)}: ${rowsThat(quarantined, 'is', 'are')} in quarantine, and not in the target`,
        ]
      : []),
    ...(altered > 0
      ? [
          `Table ${showName(name)}: ${rowsThat(altered, 'was', 'were')} compared with the value that was written by consent, not with the original one`,
        ]
      : []),
  ])
}

const views = ({ views }: ReportFacts): string[] =>
  views
    .filter(({ verdict }) => verdict === 'not compared')
    .map(({ name, reason }) => `View ${showName(name)}${reason ? `: ${reason}` : ''}`)

function rules({ request: { scope, file }, rules = [] }: ReportFacts): string[] {
  const unasked = scope === 'schema' && (file?.rules ?? []).some(({ kind }) => kind !== 'constraints')
  const left = rules.filter(({ verdict }) => verdict === 'left out')
  return [
    ...(unasked ? ['Rules of the plan about rows'] : []),
    ...left.map(({ name, reason }) => `Rule ${name}: ${reason}`),
  ]
}

function schema({ schema, request: { scope } }: ReportFacts): string[] {
  if (schema) return schema.notCompared
  return scope === 'data' ? [] : ['Keys, indexes, rules and sequences against the plan: nobody compared them']
}

const constraints = ({ baseline }: ReportFacts): string[] =>
  (baseline?.after?.tables ?? []).flatMap(({ schema, name: table, notValid }) =>
    notValid.map(
      ({ kind, name }) =>
        `Rows of table ${showName(`${schema}.${table}`)} against its ${kind} ${showName(name)}, which binds new rows only`,
    ),
  )

function objects({ objects = [] }: ReportFacts): string[] {
  const triggers = objects.find(({ kind }) => kind === 'trigger')?.made ?? 0
  return triggers > 0
    ? [
        `What ${count(triggers, 'trigger')} ${triggers === 1 ? 'does' : 'do'} when fired: the load itself fires none`,
      ]
    : []
}

/** A run reads one state of its source; who wrote to it since has to know. */
const source = ({ snapshot }: ReportFacts): string[] =>
  snapshot?.since ? [`What was written to the source after the snapshot: ${snapshot.since}`] : []

const MOST = 20

function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST).map(showName).join(', ')
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown
}
