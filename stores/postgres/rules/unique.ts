/** Rows that have what others have. */
import type { Client } from 'pg'
import { count } from '../../../model/amounts.ts'
import { type Counted, cell, from, type Of } from './counted.ts'

/** Rows with a NULL among the columns are like no other. */
export async function ofUnique(
  client: Client,
  { in: place, columns, ignoreCase }: Of<'unique'>,
): Promise<Counted> {
  const collation = ignoreCase ? await caseRules(client) : ''
  const keys = columns.map(column => {
    if (column.type.kind === 'text' && ignoreCase) return `lower(${cell(column)}::text COLLATE ${collation})`
    return column.type.kind === 'json' ? `${cell(column)}::jsonb` : cell(column)
  })
  const known = columns.map(column => `${cell(column)} IS NOT NULL`)
  return {
    sql: `SELECT coalesce(sum(n), 0), count(*) FROM (
            SELECT count(*) AS n FROM ${from(place)} WHERE ${known.join(' AND ')}
             GROUP BY ${keys.join(', ')} HAVING count(*) > 1) AS repeated`,
    judge: ([rows, groups]) =>
      rows! > 0 ? { rows: rows!, reason: `${count(rows!, 'row')} share ${count(groups!, 'key')}` } : {},
  }
}

/** Small letters for all scripts where the server knows them; its collation C knows those of ASCII alone. */
async function caseRules(client: Client): Promise<string> {
  const { rows } = await client.query(
    `SELECT FROM pg_collation
      WHERE collname = 'und-x-icu' AND collnamespace = 'pg_catalog'::regnamespace
        AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))`,
  )
  return rows.length > 0 ? '"und-x-icu"' : '"default"'
}
