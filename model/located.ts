/** Which rows of a table differ: how many, in which columns, and in which file they are. */
import { count } from './amounts.ts'

export interface Located {
  /** Rows that the source has and the target has not. */
  missing: number
  /** Rows that only the target has; of two that are the same where the source has one, the second. */
  surplus: number
  /** Rows with the same key and other values. */
  different: number
  /** Columns of those, with the number of rows that differ in them, among the rows that are listed. */
  columns: { name: string; rows: number }[]
  /** Rows that are in the file. */
  listed: number
  /** JSON Lines in the run's folder, a row each (docs/digest.md). */
  file: string
}

/** What was found, in words: `1 row missing, 2 rows with other values (in "total", "note"); see …`. */
export function locatedText({ missing, surplus, different, columns, file }: Located): string {
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  const parts = [
    missing > 0 ? `${count(missing, 'row')} missing` : '',
    surplus > 0 ? `${count(surplus, 'row')} too many` : '',
    different > 0 ? `${count(different, 'row')} with other values${names ? ` (in ${names})` : ''}` : '',
  ]
  return `${parts.filter(part => part !== '').join(', ')}; see ${file} beside the report`
}
