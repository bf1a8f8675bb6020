/** Reads one object that has an array for each table. */
import type { FileBatch } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { Cursor } from './cursor.ts'
import { readElements } from './elements.ts'
import { valueEnd } from './skip.ts'
import { TableRows } from './table-rows.ts'

const CLOSE = 0x7d

/** Values that are no arrays are passed over, and told. */
export async function* readTables(
  cursor: Cursor,
  path: string,
  known: ManifestTable[] | undefined,
): AsyncGenerator<FileBatch> {
  const seen = new Set<string>()
  let notes: string[] = []
  let last: FileBatch | undefined
  cursor.at++
  for (let first = true; ; first = false) {
    if (!(await cursor.toText())) throw cursor.failure('it ends in the middle of its outermost object')
    if (cursor.code === CLOSE && first) break
    const name = await key(cursor)
    if (seen.has(name)) throw cursor.failure(`the key "${name}" stands in it more than once`)
    seen.add(name)
    if (cursor.code === 0x5b) {
      const table = known?.find(entry => entry.name === name)
      const before = last
      for await (const batch of readElements(cursor, new TableRows(path, name, table), true)) {
        last = batch
        yield notes.length > 0 ? { ...batch, notes } : batch
        notes = []
      }
      if (last === before) notes.push(`"${name}" has no rows: nothing tells its columns, and it was left out`)
    } else {
      await passOver(cursor)
      notes.push(`"${name}" of the outermost object is no array, and was left out`)
    }
    if (!(await cursor.toText())) throw cursor.failure('it ends in the middle of its outermost object')
    if (cursor.code === CLOSE) break
    if (cursor.code !== 0x2c) throw cursor.failure('there is no comma behind a value of its outermost object')
    cursor.at++
  }
  cursor.at++
  if (last && notes.length > 0) yield { ...last, rows: [], places: [], bad: [], notes }
}

/** Reads a key; the cursor stands on its value then. */
async function key(cursor: Cursor): Promise<string> {
  const name = await scalar(cursor)
  if (typeof name !== 'string') throw cursor.failure('there is no key where one is expected')
  if (!(await cursor.toText()) || cursor.code !== 0x3a) throw cursor.failure('there is no colon behind a key')
  cursor.at++
  if (!(await cursor.toText())) throw cursor.failure('it ends behind a key')
  return name
}

async function scalar(cursor: Cursor): Promise<unknown> {
  const end = await passed(cursor)
  try {
    return JSON.parse(cursor.text.slice(cursor.at, end))
  } catch {
    return undefined
  } finally {
    cursor.at = end
  }
}

async function passOver(cursor: Cursor): Promise<void> {
  cursor.at = await passed(cursor)
}

/** Where the value at the cursor ends. */
async function passed(cursor: Cursor): Promise<number> {
  for (;;) {
    const end = valueEnd(cursor.text, cursor.at, cursor.last)
    if (end > cursor.at) return end
    if (cursor.last || end === cursor.at) throw cursor.failure('a value is not whole, or is no JSON')
    await cursor.more()
  }
}
