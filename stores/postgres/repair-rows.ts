/**
 * The statements of a repair's transaction: rows of the target are those that stand where they were located, and a row
 * that somebody has changed since is none of them.
 */
import type { Client } from 'pg'
import type { RepairKind } from '../../model/repair.ts'
import { ident } from './quote.ts'
import { ALONE, listOf, ofAlias, SOURCE, type Stage, TARGET } from './repair-stage.ts'

/** A row `t` of the target stands at the place `f`. */
const HERE = 't.tableoid = f.part AND t.ctid = f.at'

/** FROM and WHERE of the rows that a kind is about: the target's as `t`, the source's as `s`. */
export function rowsOf(kind: RepairKind, stage: Stage): { from: string; where: string } {
  const pair = ident(stage.pair)
  const there = `${TARGET} AS f JOIN ${stage.place} AS t ON ${HERE}`
  if (kind === 'different')
    return { from: `${there} JOIN ${SOURCE} AS s ON s.${pair} = f.${pair}`, where: 'true' }
  if (kind === 'surplus')
    return { from: `${there} JOIN ${ALONE} AS o ON o.${pair} = f.${pair}`, where: 'true' }
  return {
    from: `${SOURCE} AS s JOIN ${ALONE} AS o ON o.${pair} = s.${pair}`,
    where: unlessThere(stage),
  }
}

/** Somebody else's row may have the key of a missing one by now. */
function unlessThere({ key, place }: Stage): string {
  if (key.length === 0) return 'true'
  const same = key.map(column => `t.${ident(column)} = s.${ident(column)}`)
  return `NOT EXISTS (SELECT FROM ${place} AS t WHERE ${same.join(' AND ')})`
}

/** Rows of the target that stand no longer as they were located. */
export async function countMoved(client: Client, { place }: Stage): Promise<number> {
  const { rows } = await client.query(
    `SELECT count(*)::float8 AS n FROM ${TARGET} AS f WHERE NOT EXISTS (SELECT FROM ${place} AS t WHERE ${HERE})`,
  )
  return rows[0].n
}

/**
 * Empties unique columns of rows that will be overwritten or removed: two rows may have each other's value. They stand
 * at other places then, which are noted.
 */
export async function vacate(client: Client, stage: Stage, kinds: readonly RepairKind[]): Promise<void> {
  const { place, vacated } = stage
  if (vacated.length === 0) return
  const pair = ident(stage.pair)
  const alone = `EXISTS (SELECT FROM ${ALONE} AS o WHERE o.${pair} = f.${pair})`
  for (const kind of kinds.filter(one => one !== 'missing')) {
    await client.query(
      `WITH vacated AS (
         UPDATE ${place} AS t SET ${vacated.map(column => `${ident(column)} = NULL`).join(', ')}
           FROM ${TARGET} AS f WHERE ${HERE} AND ${kind === 'surplus' ? alone : `NOT ${alone}`}
         RETURNING f.${pair} AS pair, t.tableoid AS part, t.ctid AS at)
       UPDATE ${TARGET} AS f SET part = vacated.part, at = vacated.at FROM vacated WHERE f.${pair} = vacated.pair`,
    )
  }
}

/** Does what a kind asks for; gives how many rows that were. */
export async function repairRows(client: Client, kind: RepairKind, stage: Stage): Promise<number> {
  const { rowCount } = await client.query(statement(kind, stage))
  return rowCount ?? 0
}

function statement(kind: RepairKind, stage: Stage): string {
  const { place, written, overwritten } = stage
  const { from, where } = rowsOf(kind, stage)
  const pair = ident(stage.pair)
  switch (kind) {
    case 'missing':
      return `INSERT INTO ${place.replace(/^ONLY /, '')} (${listOf(written)}) OVERRIDING SYSTEM VALUE
              SELECT ${ofAlias('s', written)} FROM ${from} WHERE ${where}`
    case 'different':
      return `UPDATE ${place} AS t SET ${overwritten.map(column => `${ident(column)} = s.${ident(column)}`).join(', ')}
                FROM ${TARGET} AS f JOIN ${SOURCE} AS s ON s.${pair} = f.${pair} WHERE ${HERE}`
    case 'surplus':
      return `DELETE FROM ${place} AS t USING ${TARGET} AS f JOIN ${ALONE} AS o ON o.${pair} = f.${pair} WHERE ${HERE}`
  }
}
