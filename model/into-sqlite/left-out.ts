/** What SQLite has no place for: each thing with a finding, none vanishes. */
import { leaveOut, leaveWithNote } from '../build-plan/draft.ts'
import type { PostgresObject, PostgresTable } from '../postgres-schema.ts'
import type { Draft, Planning } from './draft.ts'
import { partitionsOf } from './tables.ts'

export function listLeftOut(
  planning: Planning,
  drafts: readonly Draft[],
  skipped: readonly PostgresTable[],
): void {
  const { origin } = planning
  const parts = new Set(drafts.flatMap(({ table }) => partitionsOf(origin, table)))
  for (const table of skipped) if (!parts.has(table)) leaveTable(planning, table)
  for (const { table } of drafts) {
    notePartitions(planning, table)
    noteInheritance(planning, table)
    leaveComments(planning, table)
  }
  const names = new Set(skipped.map(({ name }) => name))
  for (const object of origin.others) leaveObject(planning, object, names)
  for (const { schema, name, owner } of origin.sequences)
    if (!owner)
      leaveObject(
        planning,
        { kind: 'sequence', schema, name, sql: `CREATE SEQUENCE ${schema}.${name}` },
        names,
      )
}

function leaveTable(planning: Planning, { name, columns }: PostgresTable): void {
  const sql = `-- ${columns.map(column => `${column.name} ${column.type}`).join(', ')}`
  leaveWithNote(
    planning,
    { kind: 'table', name, sql, reason: 'the plan leaves this table out' },
    'table-left-out',
  )
}

function notePartitions({ origin, findings }: Planning, table: PostgresTable): void {
  if (table.kind !== 'partitioned') return
  findings.push({
    code: 'partitions-together',
    severity: 'note',
    object: `table ${table.name}`,
    message: `the rows of its partitions (${partitionsOf(origin, table).length}) are in one table`,
  })
}

function noteInheritance({ findings }: Planning, { name, inherits }: PostgresTable): void {
  if (inherits.length === 0) return
  findings.push({
    code: 'inheritance-lost',
    severity: 'warning',
    object: `table ${name}`,
    message: `it is a table of its own: its rows are no longer seen through ${inherits.join(', ')}`,
  })
}

function leaveComments(planning: Planning, { name, comment, columns }: PostgresTable): void {
  const about = [
    ...(comment === undefined ? [] : [`${name}: ${comment}`]),
    ...columns.flatMap(column =>
      column.comment === undefined ? [] : [`${name}.${column.name}: ${column.comment}`],
    ),
  ]
  if (about.length === 0) return
  const reason = 'SQLite keeps no comments'
  leaveWithNote(planning, { kind: 'comment', name, sql: about.join('\n'), reason }, 'comment-left-out')
}

/** What only served others, or the server itself: without it no row and no rule is lost. */
const QUIET = [
  ...['extension', 'statistics', 'collation', 'conversion', 'composite type', 'range type', 'type', 'cast'],
  ...['operator', 'operator class', 'operator family', 'language', 'publication', 'subscription'],
  ...['foreign data wrapper', 'foreign server'],
]

function leaveObject(planning: Planning, object: PostgresObject, skipped: ReadonlySet<string>): void {
  const { kind, schema, sql } = object
  const name = schema === undefined || schema === 'public' ? object.name : `${schema}.${object.name}`
  const reason = `SQLite has nothing that ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} could become`
  const left = { kind, name, sql, reason }
  if (object.table !== undefined && skipped.has(object.table)) {
    leaveWithNote(planning, { ...left, reason: 'its table is left out' }, `${codeOf(kind)}-left-out`)
  } else if (QUIET.includes(kind)) leaveWithNote(planning, left, `${codeOf(kind)}-left-out`)
  else
    leaveOut(planning, left, {
      code: `${codeOf(kind)}-left-out`,
      object: `${kind} ${name}`,
      remedy: 'Put it into the application, or make it by hand in SQLite',
    })
}

const codeOf = (kind: string): string => kind.toLowerCase().replaceAll(/[^a-z]+/g, '-')
