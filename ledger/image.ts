/**
 * What is kept of a row of others before a run writes over it. A value is kept as its type prints it; only types that
 * longhaul writes are overwritten, and each of them reads its own print back as it was.
 */
import type { TypedName, UpsertPlan } from '../model/plan.ts'
import { quoteName, quoteText } from '../model/sql-text.ts'
import { type Place, tableName } from './schema.ts'

/** The columns of an image, in its order: the key, then what is overwritten besides it. */
export function imaged({ key, sets }: UpsertPlan): TypedName[] {
  const names = new Set(key.map(({ name }) => name))
  return [...key, ...sets.filter(({ name }) => !names.has(name))]
}

/** A condition over two rows: they have the same key. */
export const sameKey = ({ key }: UpsertPlan, one: string, other: string): string =>
  key.map(({ name }) => `${one}.${quoteName(name)} = ${other}.${quoteName(name)}`).join(' AND ')

/** A condition over a row and an image: that is of this row. */
export const isOf = ({ key }: UpsertPlan, alias: string, image: string): string =>
  key.map((column, i) => `${alias}.${quoteName(column.name)} = ${keptValue(column, i, image)}`).join(' AND ')

/** `a = …, b = …`: what was overwritten of a row, from its image. */
export function fromImage(upsert: UpsertPlan, image: string): string {
  const columns = imaged(upsert)
  const terms = upsert.sets.map(column => {
    const at = columns.findIndex(({ name }) => name === column.name)
    return `${quoteName(column.name)} = ${keptValue(column, at, image)}`
  })
  return terms.join(', ')
}

const keptValue = ({ type }: TypedName, at: number, image: string) => `(${image})[${at + 1}]::${type}`

/** A condition over rows of the alias: the run wrote over a row with this key. */
export const wasThere = (
  place: Place,
  run: string,
  { name, upsert }: { name: string; upsert: UpsertPlan },
  alias: string,
): string => `EXISTS (SELECT FROM ${tableName(place, 'overwritten')} AS image
                WHERE image.run_id = ${quoteText(run)} AND image.table_name = ${quoteText(name)}
                  AND ${isOf(upsert, alias, 'image.image')})`
