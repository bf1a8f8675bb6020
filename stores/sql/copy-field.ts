/** A cell of SQLite as a field of COPY's text format, for a column of its planned type (PostgreSQL manual, "COPY", Text Format). */
import { Failure } from '../../model/failure.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import { printReal } from '../../model/print-real.ts'
import type { SqliteCell } from '../files/writer.ts'

/** Fails with `value` where the type holds no such cell, as a run would. */
export function copyField(cell: SqliteCell, table: TablePlan, column: ColumnPlan): string {
  if (cell === null) return '\\N'
  const text = textOf(cell, column)
  if (text === undefined) throw unfit(table, column)
  return escaped(text)
}

/** As the server reads it; undefined where it would not, or would read another value. */
function textOf(cell: Exclude<SqliteCell, null>, { type }: ColumnPlan): string | undefined {
  const isNumber = typeof cell === 'number' || typeof cell === 'bigint'
  switch (type.kind) {
    case 'boolean':
      if (isNumber) return Number(cell) === 1 ? 't' : Number(cell) === 0 ? 'f' : undefined
      return typeof cell === 'string' ? cell : undefined
    case 'integer':
      if (typeof cell === 'number') return Number.isInteger(cell) ? String(BigInt(cell)) : undefined
      return cell instanceof Uint8Array ? undefined : String(cell)
    case 'float':
      if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : printInfinite(cell)
      return cell instanceof Uint8Array ? undefined : String(cell)
    case 'numeric':
      if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : undefined
      return cell instanceof Uint8Array ? undefined : String(cell)
    case 'bytes':
      return cell instanceof Uint8Array ? `\\x${hexOf(cell)}` : undefined
    case 'uuid':
      return cell instanceof Uint8Array ? hexOf(cell) : String(cell)
    case 'text':
      if (typeof cell === 'number') return printReal(cell)
      return cell instanceof Uint8Array ? undefined : String(cell)
    default:
      return typeof cell === 'string' ? cell : undefined
  }
}

const printInfinite = (cell: number): string | undefined =>
  Number.isNaN(cell) ? undefined : cell > 0 ? 'Infinity' : '-Infinity'

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escaped = (text: string): string => text.replace(/[\\\n\r\t]/g, character => ESCAPES[character]!)

const unfit = ({ name }: TablePlan, column: ColumnPlan) =>
  new Failure({
    code: 'value',
    object: `table "${name}", column "${column.name}"`,
    message: `a value is none of its planned type (${column.type.kind})`,
    remedy: 'Give the column another type in the plan file, or correct the value in the source',
  })
