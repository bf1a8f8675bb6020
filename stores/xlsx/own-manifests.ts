/** Workbooks that longhaul wrote and that came without a manifest beside them: each says itself what it holds. */
import { Failure } from '../../model/failure.ts'
import type { Listed, ListedFile } from '../files/list.ts'
import type { BookManifest } from './manifest.ts'
import { readXlsxManifest } from './read.ts'
import { sourceFailure } from './refused.ts'

/** The same files with the tables that they know of; those that cannot be read are as they were, and fail when they are. */
export async function withOwnManifests(listed: Listed, signal: AbortSignal): Promise<Listed> {
  if (listed.manifest || listed.files.some(({ known }) => known)) return listed
  let all: BookManifest | undefined
  const files: ListedFile[] = []
  for (const file of listed.files) {
    const own = await manifestOf(file.path, signal)
    if (own) all = all ? joined(all, own, file.path) : own
    files.push(own ? { ...file, known: own.tables } : file)
  }
  if (!all) return listed
  const { sheets: _, ...manifest } = all
  return { files, manifest }
}

async function manifestOf(path: string, signal: AbortSignal): Promise<BookManifest | undefined> {
  try {
    return await readXlsxManifest(path, signal)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Rows of one table may be in many workbooks, declared as one. */
function joined(all: BookManifest, own: BookManifest, path: string): BookManifest {
  const other = own.tables.find(({ name, sql }) =>
    all.tables.some(table => table.name === name && table.sql !== sql),
  )
  if (other)
    throw sourceFailure(
      path,
      `it declares table ${JSON.stringify(other.name)} in another way than the workbooks before it`,
      'Import workbooks of different databases one after the other',
    )
  const more = own.tables.filter(({ name }) => !all.tables.some(table => table.name === name))
  return { ...all, tables: [...all.tables, ...more], after: [...new Set([...all.after, ...own.after])] }
}
