/** The rows of a snapshot that go into one file. */
import { existsSync } from 'node:fs'
import type { PlannedFile } from '../../ledger/in-file/exported.ts'
import type { Table } from '../../model/schema.ts'
import type { Row } from '../../model/types.ts'
import type { SqliteCell } from '../../stores/files/writer.ts'
import { inBatches } from '../../stores/sqlite/batches.ts'
import { readingFailure } from '../../stores/sqlite/errors.ts'
import { type Connection, openSnapshot } from '../../stores/sqlite/open.ts'
import { rowsOfOwner } from '../../stores/sqlite/owners.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { needSnapshot } from '../artifacts.ts'
import { ownersPath } from './place.ts'

/** Reads one statement at a time. */
export class RowsOfFiles {
  readonly #db: Connection
  readonly #chosen: readonly Table[]

  /** @param chosen the tables that are written, in the order of the source */
  constructor({ home, run }: { home: string; run: string }, chosen: readonly Table[]) {
    this.#chosen = chosen
    this.#db = openSnapshot(needSnapshot(home, run))
    const owners = ownersPath(home, run)
    if (existsSync(owners)) this.#db.prepare('ATTACH ? AS owners').run(owners)
  }

  /** How many there are. */
  count(table: string, file: PlannedFile): number {
    const { sql, params } = this.#query(table, file)
    return this.#db
      .prepare<bigint[], number>(`SELECT count(*) FROM (${sql})`)
      .pluck()
      .get(...params)!
  }

  /** In batches; integers are bigint, reals number. */
  *read(table: string, file: PlannedFile): Iterable<SqliteCell[][]> {
    const { sql, params } = this.#query(table, file)
    try {
      const rows = this.#db.prepare<bigint[], Row>(sql).raw().safeIntegers()
      yield* inBatches(rows.iterate(...params)) as Iterable<SqliteCell[][]>
    } catch (error) {
      throw readingFailure(this.#db.name, error)
    }
  }

  close(): void {
    this.#db.close()
  }

  #query(name: string, { kind, entity }: PlannedFile): { sql: string; params: bigint[] } {
    const at = this.#chosen.findIndex(table => table.name === name)
    const table = this.#chosen[at]!
    const names = table.columns.filter(({ generated }) => !generated).map(column => column.name)
    if (kind === 'entity') return { sql: rowsOfOwner(table, at, names, 'one'), params: [entity!] }
    if (kind === 'rest' && this.#isOwned(at))
      return { sql: rowsOfOwner(table, at, names, 'none'), params: [] }
    return {
      sql: `SELECT ${names.map(quote).join(', ')} FROM main.${quote(name)} ${orderOf(table)}`,
      params: [],
    }
  }

  #isOwned(at: number): boolean {
    return (
      this.#db.prepare<[number], number>('SELECT 1 FROM owners.owner WHERE t = ? LIMIT 1').pluck().get(at) ===
      1
    )
  }
}

function orderOf({ access }: Table): string {
  if (access.by === 'rowid') return `ORDER BY ${quote(access.name)}`
  return access.by === 'key' ? `ORDER BY ${access.columns.map(quote).join(', ')}` : ''
}
