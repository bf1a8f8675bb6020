/** Files of a test, and what is read of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { BadRow, FileCell } from '../../../model/files/batch.ts'
import type { ManifestTable } from '../../../model/files/manifest.ts'
import type { FileFormat, FileOptions } from '../../../model/files/options.ts'
import { openWriter, readFile } from '../../../stores/files/open.ts'
import type { SqliteCell } from '../../../stores/files/writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'longhaul-files-'))
after(() => rmSync(folder, { recursive: true }))

export const place = (name: string): string => join(folder, name)

let number = 0

/** A new file with the content; the name is made where none is given. */
export function file(content: string | Uint8Array, name = `t${number++}.txt`): string {
  writeFileSync(place(name), content)
  return place(name)
}

export interface Read {
  /** By table. */
  columns: Record<string, readonly string[]>
  rows: Record<string, FileCell[][]>
  places: number[]
  bad: BadRow[]
  notes: string[]
}

export async function read(
  format: FileFormat,
  path: string,
  options: FileOptions = {},
  known?: ManifestTable[],
): Promise<Read> {
  const all: Read = { columns: {}, rows: {}, places: [], bad: [], notes: [] }
  for await (const batch of readFile(format, path, options, known, new AbortController().signal)) {
    all.columns[batch.table] = batch.columns
    all.rows[batch.table] = [...(all.rows[batch.table] ?? []), ...batch.rows]
    all.places.push(...batch.places)
    all.bad.push(...batch.bad)
    all.notes.push(...(batch.notes ?? []))
  }
  return all
}

export const table = (name: string, columns: Record<string, string>): ManifestTable => ({
  name,
  sql: '',
  columns: Object.entries(columns).map(([column, declared]) => ({ name: column, declared })),
  rows: 0,
})

export async function write(
  format: FileFormat,
  path: string,
  options: FileOptions,
  tables: [ManifestTable, SqliteCell[][]][],
): Promise<void> {
  const writer = openWriter(format, path, options, { title: '', source: '', takenAt: '', run: '' })
  for (const [head, rows] of tables) {
    await writer.table(head)
    await writer.rows(rows)
  }
  await writer.end()
}

/** The rules of bad rows with their places. */
export const told = (bad: BadRow[]): string[] => bad.map(({ rule, place: at }) => `${at} ${rule}`)
