/** Workbooks of a test, in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { FileBatch } from '../../../model/files/batch.ts'
import type { ManifestTable } from '../../../model/files/manifest.ts'
import type { FileOptions } from '../../../model/files/options.ts'
import type { SqliteCell } from '../../../stores/files/writer.ts'
import { readXlsx } from '../../../stores/xlsx/read.ts'
import { openXlsxWriter } from '../../../stores/xlsx/write.ts'
import type { ZipLimits } from '../../../stores/xlsx/zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'longhaul-xlsx-'))
after(() => rmSync(folder, { recursive: true }))

let count = 0
export const newPath = (): string => join(folder, `book-${++count}.xlsx`)

export const ABOUT = { title: 'app', source: 'sqlite:app.db', takenAt: '2026-11-22T08:00:00Z', run: 'run-1' }

/** A table with columns as in `id INTEGER`. */
export function tableOf(name: string, ...columns: string[]): ManifestTable {
  const parted = columns.map(column => {
    const [name = '', ...declared] = column.split(' ')
    return { name, declared: declared.join(' ') }
  })
  return { name, sql: `CREATE TABLE "${name}" (${columns.join(', ')})`, columns: parted, rows: 0 }
}

export interface Filled {
  table: ManifestTable
  rows: SqliteCell[][]
}

export async function written(
  tables: Filled[],
  options: FileOptions = {},
  limits?: { rows: number; characters: number },
): Promise<string> {
  const path = newPath()
  const writer = openXlsxWriter(path, options, ABOUT, limits)
  for (const { table, rows } of tables) {
    await writer.table(table)
    await writer.rows(rows)
  }
  await writer.end()
  return path
}

/** The batches of a workbook, those of one table as one. */
export async function read(path: string, known?: ManifestTable[], limits?: ZipLimits): Promise<FileBatch[]> {
  const tables = new Map<string, FileBatch>()
  for await (const batch of readXlsx(path, known, new AbortController().signal, limits)) {
    const { table, columns, rows, places, bad } = batch
    const found = tables.get(table) ?? { table, columns, rows: [], places: [], bad: [] }
    tables.set(table, found)
    found.rows.push(...rows)
    found.places.push(...places)
    found.bad.push(...bad)
  }
  return [...tables.values()]
}
