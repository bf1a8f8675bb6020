/**
 * Whether values would come back as they were: what the target has, as SQLite would hold it, against what the source
 * holds, storage class and bytes. By column, the sums of the hashes of all values: where each row is equal as a value and
 * each column has the same values in the same spellings, no row can have another spelling than it had.
 */
import type { Client } from 'pg'
import type { ColumnPlan, TablePlan } from '../model/plan.ts'
import type { ReturnedColumn } from '../model/run.ts'
import { whyNotBack } from '../model/why-not-back.ts'
import { Digest } from '../stores/digest/digest.ts'
import { hash128 } from '../stores/digest/hash.ts'
import { readRows } from '../stores/postgres/copy-out.ts'
import { ComeBack, type Stored, storedRows } from '../stores/sqlite/come-back.ts'
import type { Connection } from '../stores/sqlite/open.ts'

/** The columns that would not come back as they were. The rows of both sides are equal as values. */
export async function columnsThatDiffer(
  { client, db, progress }: { client: Client; db: Connection; progress: (rows: number) => void },
  table: TablePlan,
  where: string | undefined,
): Promise<ReturnedColumn[]> {
  const back = new ComeBack(db, table)
  try {
    const there = new ColumnSums(table.columns)
    for await (const rows of readRows(client, table, progress, where))
      for (const row of back.rows(rows)) there.add(row)
    const here = new ColumnSums(table.columns)
    for (const row of storedRows(db, table)) here.add(row)
    return here.unlike(there).map(column => ({ name: column.name, why: whyNotBack(column) }))
  } finally {
    back.close()
  }
}

/** A digest for each column, of storage class and bytes. */
class ColumnSums {
  readonly #columns: readonly ColumnPlan[]
  readonly #sums: Digest[]
  readonly #hash = new Uint32Array(4)

  constructor(columns: readonly ColumnPlan[]) {
    this.#columns = columns
    this.#sums = columns.map(() => new Digest())
  }

  add(row: readonly Stored[]): void {
    for (let i = 0; i < row.length; i++) {
      const bytes = bytesOf(row[i]!)
      hash128(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, this.#hash)
      this.#sums[i]!.add(0, this.#hash)
    }
  }

  unlike(other: ColumnSums): ColumnPlan[] {
    return this.#columns.filter((_, i) => !this.#sums[i]!.equals(other.#sums[i]!))
  }
}

const NULL = Buffer.from('n')
const NUMBER = new DataView(new ArrayBuffer(9))

function bytesOf(value: Stored): Uint8Array {
  if (value === null) return NULL
  if (typeof value === 'string') return Buffer.from(`t${value}`)
  if (typeof value === 'object') return Buffer.concat([Buffer.from('b'), value])
  if (typeof value === 'bigint') {
    NUMBER.setUint8(0, 0x69)
    NUMBER.setBigInt64(1, value)
  } else {
    NUMBER.setUint8(0, 0x72)
    NUMBER.setFloat64(1, value)
  }
  return new Uint8Array(NUMBER.buffer)
}
