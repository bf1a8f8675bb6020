/** Tables that values are looked up in: kept in the work file, and in memory as far as they are small. */

import { SEVERAL, scalarCell } from '../../model/mapping/compile.ts'
import type { Lookup, Mapping } from '../../model/mapping/mapping.ts'
import type { MappedCell } from '../../model/mapping/refusal.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { Sources } from './sources.ts'
import type { MappingTarget, Pair } from './target.ts'

type Find = (value: string) => MappedCell | undefined | typeof SEVERAL

export interface LookupSides {
  db: Connection
  target: MappingTarget
  sources: Sources
  mapping: Mapping
}

/** Rows that are kept in memory: about 20 MB of them. */
const MOST_IN_MEMORY = 200_000

/** Readies one; rows of the target go before those that this run adds to it. */
export async function readyLookup(sides: LookupSides, lookup: Lookup): Promise<Find> {
  const place = lookup.in
  if ('values' in place) return byValues(place.values)
  const name = `lookup ${JSON.stringify(lookup)}`
  await keepOnce(sides, name, lookup)
  return finder(sides.db, name)
}

function byValues(values: Record<string, Parameters<typeof scalarCell>[0]>): Find {
  const known = new Map(Object.entries(values).map(([from, to]) => [from, scalarCell(to)]))
  return value => known.get(value)
}

/** Those that are read outside of this database. */
async function pairsOf(
  { target }: LookupSides,
  { in: place, match, give }: Lookup,
  each: (pair: Pair) => void,
): Promise<void> {
  if (!('target' in place)) return
  const table = target.tables.find(({ name }) => name === place.target)
  const has = (column: string | undefined) => table?.columns.some(({ name }) => name === column)
  if (table && has(match) && has(give)) await target.pairs(table.name, match!, give!, each)
}

/** In one transaction: a lookup that is there is whole. */
async function keepOnce(sides: LookupSides, name: string, lookup: Lookup): Promise<void> {
  const { db } = sides
  if (db.prepare('SELECT 1 FROM work.sqlite_schema WHERE name = ?').get(name)) return
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(
      `CREATE TABLE work.${quote(name)} ("match" TEXT PRIMARY KEY, give, several INTEGER NOT NULL DEFAULT 0)`,
    )
    await keep(sides, name, lookup)
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

async function keep(sides: LookupSides, name: string, lookup: Lookup): Promise<void> {
  const { db } = sides
  const table = `work.${quote(name)}`
  const insert = db.prepare(
    `INSERT INTO ${table} ("match", give) VALUES (?, ?)
       ON CONFLICT ("match") DO UPDATE SET several = several OR give IS NOT excluded.give`,
  )
  await pairsOf(sides, lookup, ([from, to]) => from !== null && insert.run(from, to))
  const rows = rowsHere(sides, lookup)
  if (rows === undefined) return
  const [from, to] = [quote(lookup.match!), quote(lookup.give!)]
  // What the target has under a value stands: a row of this run with it does not take its place.
  db.exec(
    `INSERT INTO ${table} ("match", give, several)
      SELECT CAST(CASE WHEN typeof(${from}) = 'real' AND ${from} = CAST(${from} AS INTEGER)
                       THEN CAST(${from} AS INTEGER) ELSE ${from} END AS TEXT),
             min(${to}), count(DISTINCT ${to}) > 1
        FROM ${rows} WHERE ${from} IS NOT NULL GROUP BY 1 ON CONFLICT ("match") DO NOTHING`,
  )
}

/** Those in this database: of the source, of a file, or of a table that this run has mapped. */
function rowsHere({ sources, mapping }: LookupSides, { in: place, match, give }: Lookup): string | undefined {
  if ('source' in place) return `main.${quote(sources.table(place.source)!.name)}`
  if ('file' in place) return `work.${quote(`source ${place.file}`)}`
  const entries = 'target' in place && Object.hasOwn(mapping, place.target) ? mapping[place.target]! : []
  const has = (columns: object) => Object.hasOwn(columns, match!) && Object.hasOwn(columns, give!)
  const given = entries.length > 0 && entries.every(({ columns }) => has(columns))
  return 'target' in place && given ? `image.${quote(place.target)}` : undefined
}

function finder(db: Connection, name: string): Find {
  const table = `work.${quote(name)}`
  const rows = db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!
  type Row = [string, MappedCell, bigint]
  if (rows <= MOST_IN_MEMORY) {
    const all = db.prepare(`SELECT "match", give, several FROM ${table}`).raw().safeIntegers().all() as Row[]
    const known = new Map<string, MappedCell | typeof SEVERAL>()
    for (const [from, to, several] of all) known.set(from, several === 1n ? SEVERAL : to)
    return value => known.get(value)
  }
  const one = db
    .prepare<[string], Row>(`SELECT "match", give, several FROM ${table} WHERE "match" = ?`)
    .raw()
    .safeIntegers()
  return value => {
    const found = one.get(value) as unknown as Row | undefined
    return found && (found[2] === 1n ? SEVERAL : found[1])
  }
}
