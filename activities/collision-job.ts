/**
 * In a thread: keys of the source that rows of the target have already where rows are added to those, or that several
 * rows of the source have where rows are told apart by them.
 */
import type { Client } from 'pg'
import { rowsThat } from '../model/amounts.ts'
import { needsConforming } from '../model/conforming.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { Finding } from '../model/finding.ts'
import { keyText } from '../model/key-text.ts'
import { showName } from '../model/name-text.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Row } from '../model/types.ts'
import { withRowName } from '../stores/conform.ts'
import { digestFor } from '../stores/digest/digester.ts'
import { FittingRows } from '../stores/fitting-rows.ts'
import { readRows } from '../stores/postgres/copy-out.ts'
import { qualified } from '../stores/postgres/quote.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { SourceStore } from '../stores/store.ts'
import { withSession } from './session.ts'

/** One set of columns that the target keeps unique, by the names there. */
export interface KeyThere {
  table: TablePlan
  columns: string[]
  /** Whose rows may have the same keys as those of the source: the target's, or the source's own. */
  among: 'target' | 'source'
}

export interface CollisionInput {
  home: string
  run: string
  target: PostgresEndpoint
  snapshot: string
  keys: KeyThere[]
}

/** Keys of the target that are held at once, and rows of the source that are read for it: some seconds, and 100 MB. */
const MOST_THERE = 1_000_000
const MOST_ROWS = 10_000_000

/** Rows are compared as they would stand in the target. What a collation of the target calls equal is not seen. */
export async function findCollisions(
  { home, run, target, snapshot, keys }: CollisionInput,
  progress: (detail: unknown) => void,
): Promise<Finding[]> {
  const store = openSqlite(snapshot)
  try {
    return await withSession(home, target, run, async client => {
      const findings: Finding[] = []
      for (const key of keys) findings.push(...(await compare(client, store, key, progress)))
      return findings
    })
  } finally {
    store.close()
  }
}

async function compare(
  client: Client,
  store: SourceStore,
  { table, columns, among }: KeyThere,
  progress: (detail: unknown) => void,
): Promise<Finding[]> {
  const chosen = columns.map(name => table.columns.find(({ target }) => target === name)!)
  const keys: TablePlan = { ...table, columns: chosen, key: [] }
  const heard = (rows: number) => progress({ keys: table.name, rows })
  const most = among === 'target' ? MOST_ROWS : MOST_THERE
  if (table.rows > most || (among === 'target' && (await hasMore(client, table))))
    return [notCompared(table, columns, among)]
  const there = among === 'target' ? await keysThere(client, keys, heard) : new Set<string>()
  const names = chosen.map(({ name }) => name)
  const digester = digestFor(keys, 'source')
  let [hits, example] = [0, '']
  for (const rows of sourceRows(store, keys)) {
    heard(rows.length)
    for (const row of rows) {
      if (row.includes(null)) continue
      digester.hashRow(row)
      const hash = packed(digester.hash)
      const isKnown = there.has(hash)
      if (among === 'source') there.add(hash)
      if (!isKnown) continue
      if (hits++ === 0) example = keyText(names, row)
    }
  }
  return hits > 0 ? [(among === 'target' ? collide : meet)(table, columns, hits, example)] : []
}

async function hasMore(client: Client, { target }: TablePlan): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT count(*) > ${MOST_THERE} AS more
       FROM (SELECT FROM ${qualified(target.schema, target.name)} LIMIT ${MOST_THERE + 1}) AS r`,
  )
  return rows[0].more
}

/** A key with a NULL in it is no other's equal. */
async function keysThere(
  client: Client,
  keys: TablePlan,
  heard: (rows: number) => void,
): Promise<Set<string>> {
  const digester = digestFor(keys, 'typed')
  const there = new Set<string>()
  for await (const rows of readRows(client, keys, heard)) {
    for (const row of rows) {
      if (row.includes(null)) continue
      digester.hashRow(row)
      there.add(packed(digester.hash))
    }
  }
  return there
}

/** 16 bytes of a string take less than an array of four numbers. */
const packed = (hash: Uint32Array): string =>
  String.fromCharCode(...new Uint16Array(hash.buffer, hash.byteOffset, 8))

function* sourceRows(store: SourceStore, keys: TablePlan): Iterable<Row[]> {
  if (!needsConforming(keys)) return yield* store.read(keys, {})
  const fitting = new FittingRows(keys, store.read(withRowName(keys), {}))
  while (!fitting.over) {
    yield* fitting.rows()
    fitting.take()
  }
}

const shown = (columns: readonly string[]) => `(${columns.map(showName).join(', ')})`

const collide = (table: TablePlan, columns: readonly string[], hits: number, example: string): Finding => ({
  code: 'keys-collide',
  severity: 'refused',
  object: `table ${table.name}`,
  message: `${rowsThat(hits, 'has', 'have')} a key that is in the target already, which keeps ${shown(columns)} unique`,
  remedy: 'Delete or change those rows on one side, or put the old table aside with --if-exists replace',
  example,
})

const meet = (table: TablePlan, columns: readonly string[], hits: number, example: string): Finding => ({
  code: 'keys-collide',
  severity: 'refused',
  object: `table ${table.name}`,
  message: `${rowsThat(hits, 'has', 'have')} a key that another row of the source has as well, and rows are told apart by ${shown(columns)}`,
  remedy: 'Delete or change those rows in the source',
  example,
})

const notCompared = (table: TablePlan, columns: readonly string[], among: KeyThere['among']): Finding => ({
  code: 'keys-not-compared',
  severity: 'note',
  object: `table ${table.name}`,
  message:
    among === 'target'
      ? `there are too many rows to look before whether both sides have keys ${shown(columns)} in common: the table would stop at the first`
      : `there are too many rows to look before whether each has a key ${shown(columns)} of its own: the table would stop at the first that has not`,
})
