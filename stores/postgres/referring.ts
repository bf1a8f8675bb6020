/** Foreign keys onto tables whose rows are to go: who refers to them, and which rows of theirs stand in the way. */
import type { Client } from 'pg'
import type { Place } from '../../ledger/schema.ts'
import { type Going, goes, isTaken, placeOf } from '../../ledger/written.ts'
import { ident, qualified } from './quote.ts'

/** A foreign key, by the places of its tables. */
export interface Reference {
  name: string
  child: { schema: string; name: string }
  parent: { schema: string; name: string }
  childColumns: string[]
  parentColumns: string[]
  /** A row of the parent that goes takes rows of the child along, or changes them. */
  cascades: boolean
}

/** Every foreign key onto one of the tables, also from tables outside the run. */
export async function referencesTo(client: Client, tables: readonly Going[]): Promise<Reference[]> {
  const { rows } = await client.query<Reference>(
    `SELECT k.conname::text AS name, k.confdeltype IN ('c', 'n', 'd') AS cascades,
            json_build_object('schema', cn.nspname, 'name', c.relname) AS child,
            json_build_object('schema', pn.nspname, 'name', p.relname) AS parent,
            (SELECT array_agg(a.attname::text ORDER BY u.at) FROM unnest(k.conkey) WITH ORDINALITY AS u(num, at)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num) AS "childColumns",
            (SELECT array_agg(a.attname::text ORDER BY u.at) FROM unnest(k.confkey) WITH ORDINALITY AS u(num, at)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num) AS "parentColumns"
       FROM pg_constraint k
       JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
       JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
       JOIN ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS wanted(schema, name)
         ON wanted.schema = pn.nspname AND wanted.name = p.relname
      WHERE k.contype = 'f' AND k.conparentid = 0
      ORDER BY cn.nspname, c.relname, k.conname`,
    [tables.map(t => t.target.schema), tables.map(t => t.target.name)],
  )
  return rows
}

/** Tables whose rows go or change along with rows of these, by rules of keys, also of keys onto them in turn. */
export async function tablesBehind(
  client: Client,
  tables: readonly Reference['child'][],
): Promise<Reference['child'][]> {
  const { rows } = await client.query<Reference['child']>(
    `WITH RECURSIVE behind AS (
       SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         JOIN ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS wanted(schema, name)
           ON wanted.schema = n.nspname AND wanted.name = c.relname
       UNION
       SELECT k.conrelid FROM pg_catalog.pg_constraint k JOIN behind ON k.confrelid = behind.oid
        WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd'))
     SELECT n.nspname::text AS schema, c.relname::text AS name
       FROM behind JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`,
    [tables.map(({ schema }) => schema), tables.map(({ name }) => name)],
  )
  return rows
}

/** Rows of a child that stay, and refer to rows of its parent that go. */
export interface Staying {
  reference: Reference
  rows: number
}

/**
 * Rows of the child that stay and refer to rows of the parent that go, for each key that has such: by a rule of the
 * key they would be deleted or changed with them, or they forbid it.
 */
export async function staying(
  client: Client,
  ledger: Place,
  run: string,
  tables: readonly Going[],
): Promise<Staying[]> {
  const found: Staying[] = []
  if (tables.length === 0) return found
  for (const reference of await referencesTo(client, tables)) {
    const parent = of(tables, reference.parent)!
    const child = of(tables, reference.child)
    if (child && takesAll(child)) continue
    const stays = child ? `NOT coalesce(${isTaken(ledger, run, child, 'child')}, false)` : 'true'
    const { rows } = await client.query<{ rows: number }>(
      `SELECT count(*)::float8 AS rows FROM ${qualified(reference.child.schema, reference.child.name)} AS child
        WHERE ${stays} AND EXISTS (
          SELECT FROM (SELECT t.* FROM ${placeOf(parent)} AS t WHERE ${goes(ledger, run, parent, 't')}) AS parent
           WHERE ${matches(reference)})`,
    )
    if (rows[0]!.rows > 0) found.push({ reference, rows: rows[0]!.rows })
  }
  return found
}

const takesAll = ({ every, where }: Going) => every && where === undefined

const of = (tables: readonly Going[], { schema, name }: Reference['child']) =>
  tables.find(({ target }) => target.schema === schema && target.name === name)

const matches = ({ childColumns, parentColumns }: Reference) =>
  childColumns.map((column, i) => `child.${ident(column)} = parent.${ident(parentColumns[i]!)}`).join(' AND ')

/** Tables to delete from, one after the other or, in a ring, all of them in one statement. */
export interface Deleting {
  tables: Going[]
  ring: boolean
}

/** Who refers comes before whom they refer to. */
export function inDeletingOrder(tables: readonly Going[], references: readonly Reference[]): Deleting[] {
  const edges = references
    .map(({ child, parent }) => ({ child: of(tables, child), parent: of(tables, parent) }))
    .filter(({ child, parent }) => child && parent && child !== parent)
  const order: Deleting[] = []
  let left = [...tables]
  while (left.length > 0) {
    const waiting = new Set(edges.filter(({ child }) => left.includes(child!)).map(({ parent }) => parent))
    const free = left.filter(table => !waiting.has(table))
    order.push(free.length > 0 ? { tables: free, ring: false } : { tables: left, ring: true })
    left = free.length > 0 ? left.filter(table => waiting.has(table)) : []
  }
  return order
}
