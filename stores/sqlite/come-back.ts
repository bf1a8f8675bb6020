/** Values of the target on their way back: as a SQLite column of the same declaration would hold them. */
import Database from 'better-sqlite3'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { Cell, LogicalType, Row } from '../../model/types.ts'
import { isoOf } from '../convert-time.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** One value as SQLite has it: integers as `bigint`, so that a `number` is a REAL. */
export type Stored = null | bigint | number | string | Buffer

const DAY_MICROS = 86_400_000_000

/**
 * A table in memory with the declarations of the source's columns: SQLite's own affinities decide what becomes of a
 * value, as they would in the source. Close it.
 */
export class ComeBack {
  readonly #db = new Database(':memory:')
  readonly #columns: readonly ColumnPlan[]
  readonly #insert: Database.Statement<unknown[]>
  readonly #read: Database.Statement<[], Stored[]>

  constructor(source: Connection, { name, columns }: TablePlan) {
    this.#columns = columns
    const declared = declarations(source, name)
    const list = columns.map((column, i) => `c${i} ${declared.get(column.name) ?? ''}`)
    this.#db.exec(`CREATE TABLE back (${list.join(', ')})`)
    // A whole number would be bound as an INTEGER, whatever it stands for.
    const values = columns.map(({ type }) => (type.kind === 'float' ? 'CAST(? AS REAL)' : '?'))
    this.#insert = this.#db.prepare(`INSERT INTO back VALUES (${values.join(', ')})`)
    this.#read = this.#db.prepare<[], Stored[]>('SELECT * FROM back').raw().safeIntegers()
  }

  /** Rows of `readRows` as SQLite would give them, once written there. */
  rows(batch: readonly Row[]): Stored[][] {
    this.#db.exec('BEGIN')
    for (const row of batch) this.#insert.run(row.map((cell, i) => written(cell, this.#columns[i]!)))
    const rows = this.#read.all()
    this.#db.exec('ROLLBACK')
    return rows
  }

  close(): void {
    this.#db.close()
  }
}

/** By column; a type's name alone, without the constraints that stand beside it. */
function declarations(source: Connection, table: string): Map<string, string> {
  const rows = source
    .prepare<[string], { name: string; type: string }>('SELECT name, type FROM pragma_table_xinfo(?)')
    .all(table)
  return new Map(rows.map(({ name, type }) => [name, type && quote(type)]))
}

/** The rows of a source's table in the order in which SQLite has them, cells in the order of the plan's columns. */
export function storedRows(source: Connection, { name, columns }: TablePlan): Iterable<Stored[]> {
  const terms = columns.map(column => quote(column.name)).join(', ')
  return source
    .prepare<[], Stored[]>(`SELECT ${terms} FROM ${quote(name)}`)
    .raw()
    .safeIntegers()
    .iterate()
}

/** What is written into SQLite for a cell of the target: conversions that only count otherwise are turned back. */
function written(cell: Cell, { type, conversion }: ColumnPlan): unknown {
  if (cell === null) return null
  if (conversion === 'epoch-seconds') return counted(cell, 1_000_000)
  if (conversion === 'epoch-milliseconds') return counted(cell, 1000)
  return typeof cell === 'number' ? ofNumber(cell, type) : ofOther(cell, type)
}

function ofNumber(cell: number, type: LogicalType): unknown {
  if (type.kind === 'integer') return BigInt(cell)
  if (type.kind === 'float') return cell
  if (!Number.isFinite(cell)) return cell > 0 ? 'infinity' : '-infinity'
  return timeText(cell, type)
}

function ofOther(cell: NonNullable<Cell>, type: LogicalType): unknown {
  if (typeof cell === 'boolean') return cell ? 1n : 0n
  if (type.kind === 'uuid')
    return Buffer.from(cell as Uint8Array)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return typeof cell === 'bigint' && type.kind !== 'integer' ? timeText(cell, type) : cell
}

/** Days or microseconds as `isoOf` spells them; a moment beyond its years stays the number that it is. */
function timeText(value: number | bigint, type: LogicalType): string {
  const micros = type.kind === 'date' ? BigInt(value) * BigInt(DAY_MICROS) : BigInt(value)
  try {
    if (type.kind !== 'time') return isoOf(micros, type)
    return isoOf(micros, { kind: 'timestamp', zone: false }).slice('1970-01-01 '.length)
  } catch {
    return String(value)
  }
}

/** A number of units since 1970: whole where it is. */
function counted(cell: Cell, unit: number): unknown {
  const micros = BigInt(cell as number | bigint)
  return micros % BigInt(unit) === 0n ? micros / BigInt(unit) : Number(micros) / unit
}
