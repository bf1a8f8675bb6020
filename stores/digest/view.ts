/**
 * The digest of a view's rows. Floats are digested twice: bit for bit, and without their last digits, since what is
 * computed from floats may end in other bits on another engine.
 */
import type { TablePlan } from '../../model/plan.ts'
import type { Cell, LogicalType, Row } from '../../model/types.ts'
import type { Form } from './canonical.ts'
import { digestFor } from './digester.ts'

export interface ViewDigest {
  rows: number
  exact: string
  /** Of floats to nine digits; the same as `exact` where there are none. */
  near: string
}

/** Digests rows whose cells come in the order of `view.columns`. Fails as `Digester` does. */
export class ViewDigester {
  readonly #exact
  readonly #near
  /** Places of the floats. */
  readonly #floats: number[]

  constructor(view: TablePlan, form: Form) {
    this.#exact = digestFor(view, form)
    this.#near = digestFor(view, form)
    this.#floats = view.columns.flatMap(({ type }, i) => (type.kind === 'float' ? [i] : []))
  }

  add(rows: readonly Row[]): void {
    this.#exact.add(rows)
    if (this.#floats.length > 0) this.#near.add(rows.map(row => this.#rounded(row)))
  }

  get result(): ViewDigest {
    const { digest } = this.#exact
    const exact = digest.hex
    return { rows: digest.count, exact, near: this.#floats.length > 0 ? this.#near.digest.hex : exact }
  }

  #rounded(row: Row): Row {
    const out = row.slice()
    for (const i of this.#floats) out[i] = rounded(out[i]!)
    return out
  }
}

/** A view as the digest takes it: a table of which nothing is known but its columns. */
export function viewAsTable(
  name: string,
  target: TablePlan['target'],
  columns: readonly { name: string; type: LogicalType }[],
): TablePlan {
  return {
    ...{ name, target, action: 'use', access: { by: 'whole' }, key: [], sourceSql: '' },
    columns: columns.map(column => ({
      ...column,
      ...{ target: column.name, notNull: false, wide: true, why: 'a view has it' },
    })),
    ...{ uniques: [], checks: [], indexes: [], statistics: [], foreignKeys: [], rows: 0, bytes: 0 },
    // Nobody knows, but nothing of a view can be read in pieces.
    largestRow: 0,
  }
}

/** Bits that are left out, and what is added before: no decimal that people write lies on a border between two. */
const DROPPED = 23n
const OFFSET = 0x35a4e9n
/** What is left of a sum that comes to nothing. */
const NOTHING = 1e-9

const view = new DataView(new ArrayBuffer(8))

function rounded(cell: Cell): Cell {
  const number = typeof cell === 'bigint' ? Number(cell) : cell
  if (typeof number !== 'number' || !Number.isFinite(number)) return cell
  if (Math.abs(number) < NOTHING) return 0
  view.setFloat64(0, number)
  view.setBigUint64(0, ((view.getBigUint64(0) + OFFSET) >> DROPPED) << DROPPED)
  return view.getFloat64(0)
}
