/**
 * Foreign keys of other tables that would change or remove rows there when a repair removes a row, or changes what
 * they refer to: such rows would go with no backup and by nobody's consent.
 */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import { ident, qualified } from './quote.ts'
import { rowsOf } from './repair-rows.ts'
import { ALONE, type Stage, TARGET } from './repair-stage.ts'

interface Referring {
  name: string
  schema: string
  child: string
  columns: string[]
  referenced: string[]
  /** The child is the table itself. */
  own: boolean
}

/** Fails with `object` where rows would be drawn along. */
export async function refuseCascades(
  client: Client,
  kind: 'different' | 'surplus',
  stage: Stage,
): Promise<void> {
  for (const key of await referring(client, kind, stage)) {
    const changed = key.referenced.filter(column => stage.overwritten.includes(column))
    if (kind === 'different' && changed.length === 0) continue
    const { rows } = await client.query(`SELECT EXISTS (${drawn(kind, stage, key, changed)}) AS any`)
    if (rows[0].any) throw cascades(stage, key)
  }
}

async function referring(
  client: Client,
  kind: 'different' | 'surplus',
  { table }: Stage,
): Promise<Referring[]> {
  const action = kind === 'surplus' ? 'k.confdeltype' : 'k.confupdtype'
  const { rows } = await client.query<Referring>(
    `SELECT k.conname::text AS name, cn.nspname::text AS schema, c.relname::text AS child, c.oid = p.oid AS own,
            ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u(no, nth)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.no ORDER BY nth) AS columns,
            ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u(no, nth)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.no ORDER BY nth) AS referenced
       FROM pg_catalog.pg_constraint AS k
       JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid
       JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
       JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
       JOIN pg_catalog.pg_namespace AS cn ON cn.oid = c.relnamespace
      WHERE k.contype = 'f' AND k.conparentid = 0 AND ${action} IN ('c', 'n', 'd')
        AND pn.nspname = $1 AND p.relname = $2`,
    [table.target.schema, table.target.name],
  )
  return rows
}

/** Rows of the child that refer to one that changes; of the table itself those that go with it are none. */
function drawn(
  kind: 'different' | 'surplus',
  stage: Stage,
  { schema, child, columns, referenced, own }: Referring,
  changed: readonly string[],
): string {
  const { from, where } = rowsOf(kind, stage)
  const same = columns.map((column, i) => `c.${ident(column)} = t.${ident(referenced[i]!)}`)
  const moves = changed.map(column => `s.${ident(column)} IS DISTINCT FROM t.${ident(column)}`)
  const pair = ident(stage.pair)
  const going = `SELECT FROM ${TARGET} AS g JOIN ${ALONE} AS going ON going.${pair} = g.${pair}
                  WHERE g.part = c.tableoid AND g.at = c.ctid`
  const conditions = [
    `(${where})`,
    ...(kind === 'different' ? [`(${moves.join(' OR ')})`] : []),
    ...(own && kind === 'surplus' ? [`NOT EXISTS (${going})`] : []),
  ]
  return `SELECT FROM ${from} JOIN ${qualified(schema, child)} AS c ON ${same.join(' AND ')} WHERE ${conditions.join(' AND ')}`
}

const cascades = ({ table }: Stage, { name, child }: Referring) =>
  new Failure({
    code: 'object',
    object: `table "${table.name}"`,
    message: `constraint ${name} would change rows of "${child}" that refer to what the repair changes`,
    remedy: `Repair "${child}" too, or correct those rows by hand`,
  })
