/** Which entries of a dump a run carries: those of the schemas or tables that were asked for, and what they need. */
import type { DumpEntry } from './entry.ts'
import { placeKey, relationOf } from './objects.ts'

export interface Wanted {
  /** Absent: all. */
  schemas?: ReadonlySet<string>
  /** By `placeKey`; absent: all of those schemas, with what is in them besides tables. */
  tables?: ReadonlySet<string>
  /** By `placeKey`: those that are left out. */
  without: ReadonlySet<string>
}

export interface Selected {
  kept: DumpEntry[]
  /** They need something that is not carried. */
  broken: { entry: DumpEntry; needs: DumpEntry }[]
}

/** Entries that only describe the dump or the database itself. */
const HEADERS: ReadonlySet<string> = new Set([
  'ENCODING',
  'STDSTRINGS',
  'SEARCHPATH',
  'DATABASE',
  'DATABASE PROPERTIES',
])

/** In the order of the dump. */
export function selectEntries(entries: readonly DumpEntry[], wanted: Wanted): Selected {
  const all = new Map(entries.map(entry => [entry.id, entry]))
  const objects = entries.filter(({ kind, sql }) => !HEADERS.has(kind) && isStatement(sql))
  const unwanted = new Set(objects.filter(entry => isUnwanted(entry, all, wanted)).map(({ id }) => id))
  const seeds = objects.filter(entry => !unwanted.has(entry.id) && isSeed(entry, all, wanted))
  const kept = new Set<number>()
  const broken: Selected['broken'] = []
  for (const seed of seeds) take(seed, all, unwanted, kept, broken)
  // What speaks of something or belongs to it comes along where that does.
  for (const entry of objects)
    if (
      !kept.has(entry.id) &&
      !unwanted.has(entry.id) &&
      isAttached(entry, all) &&
      entry.needs.every(id => kept.has(id) || isNothing(all.get(id)))
    )
      kept.add(entry.id)
  return { kept: objects.filter(({ id }) => kept.has(id)), broken }
}

/** `pg_dump` writes a comment in place of a statement for what every database has. */
const isStatement = (sql: string) => sql.trim() !== '' && !/^--[^\n]*\n*$/.test(sql)

const isNothing = (entry: DumpEntry | undefined) =>
  !entry || HEADERS.has(entry.kind) || !isStatement(entry.sql)

/** What belongs to other objects, wherever these are: comments, casts, numbers of columns. */
const isAttached = ({ kind, section, needs }: DumpEntry, all: ReadonlyMap<number, DumpEntry>) =>
  section === 'none' ||
  ATTACHED.has(kind) ||
  (kind === 'SEQUENCE' && needs.some(id => all.get(id)?.kind === 'TABLE'))

const ATTACHED: ReadonlySet<string> = new Set(['CAST', 'DEFAULT', 'SEQUENCE OWNED BY'])

/** A table without its rows would be a lie: those that are not migrated are not made either. */
function isUnwanted(
  entry: DumpEntry,
  all: ReadonlyMap<number, DumpEntry>,
  { schemas, tables, without }: Wanted,
): boolean {
  const relation = relationOf(entry, all)
  if (relation?.kind !== 'TABLE') return false
  const key = placeKey(relation)
  const isElsewhere = schemas !== undefined && !schemas.has(relation.schema)
  return isElsewhere || without.has(key) || (tables !== undefined && !tables.has(key))
}

function isSeed(entry: DumpEntry, all: ReadonlyMap<number, DumpEntry>, { schemas, tables }: Wanted): boolean {
  if (tables) return relationOf(entry, all)?.kind === 'TABLE'
  if (!schemas) return true
  return entry.schema === '' ? entry.kind === 'SCHEMA' && schemas.has(entry.name) : schemas.has(entry.schema)
}

/** Takes an entry with all that it needs; not where any of that is not wanted. */
function take(
  entry: DumpEntry,
  all: ReadonlyMap<number, DumpEntry>,
  unwanted: ReadonlySet<number>,
  kept: Set<number>,
  broken: Selected['broken'],
): void {
  const needed = new Map<number, DumpEntry>([[entry.id, entry]])
  for (const [, { needs }] of needed)
    for (const id of needs) {
      const need = all.get(id)
      if (!need || isNothing(need) || kept.has(id)) continue
      if (unwanted.has(id)) {
        broken.push({ entry, needs: need })
        return
      }
      needed.set(id, need)
    }
  for (const id of needed.keys()) kept.add(id)
}
