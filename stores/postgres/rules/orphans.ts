/** Rows that point to a parent that is not there. */
import type { Client } from 'pg'
import { rowsThat } from '../../../model/amounts.ts'
import { comparable } from '../../../model/build-plan/comparable.ts'
import { showName } from '../../../model/name-text.ts'
import type { Place, RuleColumn } from '../../../model/rule-checks.ts'
import { ident, qualified } from '../quote.ts'
import { type Counted, cell, from, type Of } from './counted.ts'

/** As SQL has it for foreign keys: a row with a NULL among its columns points to nothing. */
export async function ofOrphans(
  client: Client,
  { in: place, columns, parent, parentColumns }: Of<'orphans'>,
): Promise<Counted> {
  const ours = await textColumns(client, place, columns)
  const theirs = await textColumns(client, parent, parentColumns)
  const pairs = columns.map((column, i) => equal(column, parentColumns[i]!, ours[i]!, theirs[i]!))
  const known = columns.map(column => `${cell(column)} IS NOT NULL`)
  return {
    sql: `SELECT count(*) FROM ${from(place)}
           WHERE ${known.join(' AND ')}
             AND NOT EXISTS (SELECT FROM ${qualified(parent.schema, parent.name)} AS p WHERE ${pairs.join(' AND ')})`,
    judge: ([rows]) =>
      rows! > 0
        ? {
            rows: rows!,
            reason: `${rowsThat(rows!, 'points', 'point')} to no row of ${showName(parent.name)}`,
          }
        : {},
  }
}

/** By the parent's collation, as a foreign key does; what has no common type is compared as it is printed. */
function equal(column: RuleColumn, parent: RuleColumn, ours: TextColumn, theirs: TextColumn): string {
  const alike = comparable(column.type, parent.type) || comparable(parent.type, column.type)
  if (!alike) return `${cell(column)}::text COLLATE "C" = ${cell(parent, 'p')}::text COLLATE "C"`
  if (column.type.kind !== 'text') return `${cell(parent, 'p')} = ${cell(column)}`
  const asText = (sql: string, { isEnum }: TextColumn) => (isEnum ? `${sql}::text` : sql)
  const by = theirs.collation === undefined ? '' : ` COLLATE ${theirs.collation}`
  return `${asText(cell(parent, 'p'), theirs)}${by} = ${asText(cell(column), ours)}`
}

interface TextColumn {
  /** In SQL; absent where values of its type have none. */
  collation?: string
  /** It compares with no text as it is. */
  isEnum: boolean
}

/** As the server has them, whatever the plan says. */
async function textColumns(
  client: Client,
  { schema, name }: Place,
  columns: readonly RuleColumn[],
): Promise<TextColumn[]> {
  const { rows } = await client.query<{
    target: string
    isEnum: boolean
    place?: string
    collation?: string
  }>(
    `SELECT a.attname AS target, t.typtype = 'e' AS "isEnum", l.collnamespace::regnamespace::text AS place,
            l.collname AS collation
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_collation l ON l.oid = a.attcollation
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  )
  return columns.map(({ target }) => {
    const { isEnum = false, place, collation } = rows.find(row => row.target === target) ?? {}
    return { isEnum, ...(place && collation && { collation: `${place}.${ident(collation)}` }) }
  })
}
