/** Numbers of the target's own, UUIDs and passwords, for rows that are taken. */
import { randomInt, randomUUID } from 'node:crypto'
import { hash } from '@node-rs/bcrypt'
import type { Password } from '../../model/mapping/mapping.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { EntryColumn, EntryPart, Late, LateCell } from './part.ts'
import type { Coming, MappingTarget } from './target.ts'

/** @param wet the run may take numbers from the target; else they are such as would come next */
export function lateCells(db: Connection, target: MappingTarget, wet: boolean): Late {
  const dry = new Map<string, Coming>()
  const numbers = async (part: EntryPart, column: EntryColumn, wanted: number): Promise<bigint[]> => {
    if (wet && column.there?.sequence !== undefined) return target.take(part.table, column.name, wanted)
    const name = JSON.stringify([part.table, column.name])
    const { first, step } = dry.get(name) ?? (await nextNumber(db, target, part.table, column))
    dry.set(name, { first: first + step * BigInt(wanted), step })
    return Array.from({ length: wanted }, (_, i) => first + step * BigInt(i))
  }
  return {
    fill: async (part, column, keys) => {
      const mapped = part.entry.columns[column.name]!
      if ('password' in mapped) return passwords(mapped.password, keys.length, wet)
      if (column.type?.kind === 'uuid' || column.type?.kind === 'text')
        return keys.map(() => ({ cell: randomUUID() }))
      return (await numbers(part, column, keys.length)).map(cell => ({ cell }))
    },
  }
}

/** Behind what the target has, and what the image got before this attempt. */
async function nextNumber(
  db: Connection,
  target: MappingTarget,
  table: string,
  { name, there }: EntryColumn,
): Promise<Coming> {
  const made = db
    .prepare(`SELECT max(${quote(name)}) FROM image.${quote(table)}`)
    .pluck()
    .safeIntegers()
    .get()
  const next = there ? await target.next(table, name) : { first: 1n, step: 1n }
  return typeof made === 'bigint' && made >= next.first ? { ...next, first: made + next.step } : next
}

/** Without those that people take for another. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
/** What stands in the image of a dry run: as long as a hash is. */
const NO_HASH = `$2b$10$${'.'.repeat(53)}`

async function passwords({ length, cost }: Password, rows: number, wet: boolean): Promise<LateCell[]> {
  if (!wet) return Array.from({ length: rows }, () => ({ cell: NO_HASH }))
  return Promise.all(
    Array.from({ length: rows }, async () => {
      const secret = Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')
      return { cell: await hash(secret, cost), secret }
    }),
  )
}
