/** The names of a sheet's columns: its first row that has anything. */
import type { ManifestTable } from '../../model/files/manifest.ts'
import { foldName } from '../../model/sqlite-sql/names.ts'
import { sourceFailure } from './refused.ts'
import { columnLetters } from './sheet-rows.ts'

/** Cells of the row by column, from A; fails with `source` where a name is missing or there twice. */
export function columnNames(path: string, sheet: string, cells: readonly (string | undefined)[]): string[] {
  const names = cells.slice(0, cells.findLastIndex(cell => cell !== undefined) + 1)
  const seen = new Map<string, number>()
  const place = (column: number) => `column ${columnLetters(column)} of sheet ${JSON.stringify(sheet)}`
  return Array.from(names, (name, column) => {
    if (name === undefined)
      throw sourceFailure(
        path,
        `${place(column)} has no name in the first row`,
        'Give each column a name, or remove those that are not needed',
      )
    const first = seen.get(foldName(name))
    if (first !== undefined)
      throw sourceFailure(
        path,
        `${place(column)} has the same name as column ${columnLetters(first)}: ${JSON.stringify(name)}`,
        'Give each column a name of its own',
      )
    seen.set(foldName(name), column)
    return name
  })
}

/** Fails with `source` where they are other ones than those that longhaul wrote; their order may be another. */
export function sameColumns(
  path: string,
  sheet: string,
  names: readonly string[],
  known: ManifestTable,
): void {
  const written = known.columns.map(({ name }) => name)
  const missing = written.find(name => !names.includes(name))
  const added = names.find(name => !written.includes(name))
  if (missing === undefined && added === undefined) return
  const what =
    missing === undefined
      ? `has a column ${JSON.stringify(added)} more`
      : `has no column ${JSON.stringify(missing)} any more`
  throw sourceFailure(
    path,
    `sheet ${JSON.stringify(sheet)} ${what}, other than when longhaul wrote it`,
    'Put the first row back as it was; or take the rows into a new workbook, which is read as any',
  )
}
