/** The names of a CSV file's columns. */
import { count } from '../../model/amounts.ts'
import { Failure } from '../../model/failure.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import { foldName } from '../../model/sqlite-sql/names.ts'

/** What SQLite takes in one statement. */
const MOST_COLUMNS = 32_766

/** The first line's fields as names; fails with `source` where two are the same to SQLite, or one is empty. */
export function namesOf(path: string, cells: readonly unknown[]): string[] {
  refuseMany(path, cells.length)
  const names = cells.map(cell => String(cell ?? ''))
  const nameless = names.findIndex(name => name.trim() === '')
  if (nameless >= 0)
    throw broken(path, `column ${nameless + 1} of ${names.length} has no name in the first line`)
  if (names.some(name => name.includes('\0'))) throw broken(path, 'a name in its first line has a NUL in it')
  const twice = repeated(names)
  if (twice.length > 0)
    throw broken(path, `its first line has names more than once: ${twice.slice(0, 10).join(', ')}`)
  return names
}

export function numbered(path: string, width: number): string[] {
  refuseMany(path, width)
  return Array.from({ length: width }, (_, i) => `c${i + 1}`)
}

/** Fails with `source` where the columns are no longer those of the manifest. */
export function sameAsKnown(path: string, names: readonly string[], known: ManifestTable): void {
  const expected = known.columns.map(({ name }) => name)
  if (names.length === expected.length && names.every((name, i) => name === expected[i])) return
  throw new Failure({
    code: 'source',
    object: `file ${path}`,
    message: 'its columns are other ones than those that longhaul wrote, as the manifest beside it says',
    remedy: 'Put the first line back, or move longhaul.json away to read the file as any other',
  })
}

function repeated(names: string[]): string[] {
  const seen = new Set<string>()
  return names.filter(name => seen.size === seen.add(foldName(name)).size)
}

function refuseMany(path: string, width: number): void {
  if (width > MOST_COLUMNS)
    throw new Failure({
      code: 'source',
      object: `file ${path}`,
      message: `it has ${count(width, 'column')}; ${MOST_COLUMNS} is the most`,
    })
}

const broken = (path: string, message: string) =>
  new Failure({
    code: 'source',
    object: `file ${path}`,
    message,
    remedy: 'Name the columns in the first line, each in its own way, or read it with --no-header',
  })
