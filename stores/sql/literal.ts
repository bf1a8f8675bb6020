/** A cell of SQLite as SQL that gives back that very cell. */
import { printReal } from '../../model/print-real.ts'
import type { SqliteCell } from '../files/writer.ts'

/** What `sqlite3` and SQLite itself read back with its storage class, of any affinity that the cell could stand in. */
export function sqliteLiteral(cell: SqliteCell): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'bigint') return integer(cell)
  if (typeof cell === 'number') return real(cell)
  if (typeof cell === 'string') return text(cell)
  return `X'${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}'`
}

/** The number is read without its sign, and 2^63 is none of SQLite's integers. */
const LEAST = -(2n ** 63n)
const integer = (value: bigint): string => (value === LEAST ? '(-9223372036854775807 - 1)' : String(value))

/** A real of whole value needs a point, else it would come back as an integer. */
function real(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '9e999'
  if (value === Number.NEGATIVE_INFINITY) return '-9e999'
  return printReal(value)
}

/** Line ends and NUL do not survive every program that reads a script. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are looked for
const UNSAFE = /[\0\r\n\x1a]/

function text(value: string): string {
  if (UNSAFE.test(value)) return `CAST(X'${Buffer.from(value, 'utf8').toString('hex')}' AS TEXT)`
  return `'${value.replaceAll("'", "''")}'`
}
