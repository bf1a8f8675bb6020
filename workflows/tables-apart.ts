/** Keeps the tables of a group apart: one that fails, or is paused, does not stop the others. */
import { ActivityFailure, isCancellation } from '@temporalio/workflow'
import type { FailureFacts } from '../model/failure.ts'
import { factsOf } from './failures.ts'
import { isFutile, isOfOneTable } from './futile.ts'
import type { GroupOrders } from './group-orders.ts'
import type { CopyTableInput } from './messages.ts'

export class TablesApart {
  readonly failed: { table: string; facts: FailureFacts }[]
  /** Paused, and left to whoever resumes them. */
  readonly left = new Set<string>()
  readonly #input: CopyTableInput
  readonly #orders: GroupOrders

  constructor(input: CopyTableInput, orders: GroupOrders) {
    this.#input = input
    this.#orders = orders
    this.failed = [...(input.failed ?? [])]
  }

  /**
   * Does the work, together, for all tables that have not failed and are neither skipped nor left. Where it fails,
   * the table that the failure names is set aside; where it names none, each is tried alone.
   */
  async each<T>(work: (tables: string[]) => Promise<T>): Promise<T[]> {
    const results: T[] = []
    const parts = [this.#input.tables]
    for (let part = parts.shift(); part; part = parts.shift()) {
      const tables = part.filter(table => this.#isLeft(table))
      if (tables.length === 0) continue
      try {
        results.push(await work(tables))
      } catch (error) {
        parts.unshift(...this.#without(tables, error))
      }
    }
    return results
  }

  #isLeft(table: string): boolean {
    if (this.left.has(table)) return false
    return !this.#orders.isSkipped(table) && !this.failed.some(one => one.table === table)
  }

  /** What is left to try; throws what is no failure of a table. */
  #without(tables: string[], error: unknown): string[][] {
    const facts = factsOf(error)
    // Histories of versions without orders end at their first failure.
    const isOwn = this.#input.orders && error instanceof ActivityFailure && !isCancellation(error)
    if (!isOwn || (isFutile(facts) && !isOfOneTable(facts))) throw error
    const named = tables.length === 1 ? tables : tables.filter(table => facts.object === `table "${table}"`)
    for (const table of named) this.failed.push({ table, facts })
    return named.length > 0 ? [tables.filter(table => !named.includes(table))] : tables.map(table => [table])
  }
}
