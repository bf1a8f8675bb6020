/** From the entries of `pg_dump` to what a run makes: which object, when, of which table, and what takes it back. */
import type { CarriedObject } from '../plan.ts'
import { quoteName, quoteText } from '../sql-text.ts'
import type { DumpEntry } from './entry.ts'

/** Parts of a relation: made with it or after it, and gone with it. */
const PARTS: ReadonlySet<string> = new Set([
  'CONSTRAINT',
  'CHECK CONSTRAINT',
  'FK CONSTRAINT',
  'INDEX',
  'INDEX ATTACH',
  'TABLE ATTACH',
  'DEFAULT',
  'TRIGGER',
  'RULE',
  'POLICY',
  'ROW SECURITY',
  'STATISTICS',
])
/** Those that another object may need until its own end: they are dropped before. */
const DROPPED_FIRST: ReadonlySet<string> = new Set(['FK CONSTRAINT', 'DEFAULT'])
/** Made as soon as the rows of their table are in. */
const WITH_ROWS: ReadonlySet<string> = new Set(['CONSTRAINT', 'CHECK CONSTRAINT', 'INDEX', 'STATISTICS'])
/** They speak of the relation or the sequence of the same name. */
const NAMESAKES: ReadonlySet<string> = new Set(['TABLE ATTACH', 'INDEX ATTACH', 'ROW SECURITY'])

/** Names of the plan's tables by `placeKey`. */
export type TableNames = ReadonlyMap<string, string>

export const placeKey = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name])

/** What a run makes of these entries, which come in the order of making. */
export function carriedObjects(entries: readonly DumpEntry[], tables: TableNames): CarriedObject[] {
  const all = new Map(entries.map(entry => [entry.id, entry]))
  return entries.map(entry => carried(entry, all, tables))
}

function carried(entry: DumpEntry, all: ReadonlyMap<number, DumpEntry>, tables: TableNames): CarriedObject {
  const { kind, schema } = entry
  const relation = relationOf(entry, all)
  const table = relation && tables.get(placeKey(relation))
  const name = relation && relation !== entry ? withoutRelation(entry, relation) : entry.name
  return {
    ...{ kind, schema, name },
    ...(table !== undefined && { table }),
    when: whenMade(entry, all, table !== undefined),
    sql: entry.method && entry.method !== 'heap' ? byMethod(entry) : [bare(entry.sql)],
    undo: undoOf(entry),
  }
}

/** The relation that an entry is or is a part of. */
export function relationOf(entry: DumpEntry, all: ReadonlyMap<number, DumpEntry>): DumpEntry | undefined {
  if (entry.kind === 'TABLE') return entry
  if (!PARTS.has(entry.kind)) return undefined
  const needed = entry.needs.flatMap(id => all.get(id) ?? []).filter(({ kind }) => RELATIONS.has(kind))
  const own = needed.filter(({ schema }) => schema === entry.schema)
  if (entry.kind === 'INDEX' || entry.kind === 'STATISTICS') return own[0]
  if (NAMESAKES.has(entry.kind)) return own.find(({ name }) => name === entry.name)
  // The longest name, as `a` and `a b` may both be tables.
  return own
    .filter(({ name }) => entry.name.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0]
}

const RELATIONS: ReadonlySet<string> = new Set(['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE'])

function withoutRelation({ name }: DumpEntry, relation: DumpEntry): string {
  return name.startsWith(`${relation.name} `) ? name.slice(relation.name.length + 1) : name
}

/** What has no section of its own, as comments, is made with what it speaks of. */
function whenMade(
  entry: DumpEntry,
  all: ReadonlyMap<number, DumpEntry>,
  ofTable: boolean,
): CarriedObject['when'] {
  const { kind, section } = entry
  if (section === 'post') return ofTable && WITH_ROWS.has(kind) ? 'table' : 'post'
  if (section !== 'none') return 'pre'
  return entry.needs.some(id => all.get(id)?.section === 'post') ? 'post' : 'pre'
}

function undoOf({ kind, name, drop }: DumpEntry): string[] {
  if (drop === '' || (PARTS.has(kind) && !DROPPED_FIRST.has(kind) && !isRuleOfView(kind, name))) return []
  return [bare(drop)]
}

/** Without the semicolon at the end, which whoever puts statements together adds. */
const bare = (sql: string) => sql.replace(/;\s*$/, '')

/** A view that needs a key of a table is made in two steps; the second one is its rule. */
const isRuleOfView = (kind: string, name: string) => kind === 'RULE' && name.endsWith(' _RETURN')

function byMethod({ method, sql }: DumpEntry): string[] {
  return [
    `SET LOCAL default_table_access_method = ${quoteText(method)}`,
    bare(sql),
    'SET LOCAL default_table_access_method = heap',
  ]
}

/** Where a sequence stood in the source. */
export interface SequenceStand {
  schema: string
  name: string
  last: string
  called: boolean
}

/** `setval`; where the sequence is not in the target nothing is done. `before` is what its stand there is. */
export function sequenceSet(stand: SequenceStand, before?: SequenceStand): CarriedObject {
  const { schema, name } = stand
  return {
    ...{ kind: 'SEQUENCE SET', schema, name, when: 'post' as const },
    sql: [setval(stand)],
    undo: before ? [setval(before)] : [],
  }
}

const setval = ({ schema, name, last, called }: SequenceStand) =>
  `SELECT pg_catalog.setval(${quoteText(`${quoteName(schema)}.${quoteName(name)}`)}, ${last}, ${called})`

/** A materialized view with rows in the source gets those of the target's tables. */
export const refreshed = ({ schema, name }: { schema: string; name: string }): CarriedObject => ({
  ...{ kind: 'MATERIALIZED VIEW DATA', schema, name, when: 'post' },
  sql: [`REFRESH MATERIALIZED VIEW ${quoteName(schema)}.${quoteName(name)}`],
  undo: [],
})
