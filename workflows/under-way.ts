/** What of a run is under way: work of its own workflow, and its children. */
import type { CancellationScope } from '@temporalio/workflow'
import type { Orders } from '../model/control.ts'
import type { Told } from './messages.ts'

/** The children that copy, seen from the orders. */
export interface Children {
  /** Tells those that lack these orders, which stir the control when they have them. */
  inform(orders: Orders): void
  /** All have these orders. */
  knows(orders: Orders): boolean
  heard(told: Told): void
  /** Nothing of them is under way. */
  readonly resting: boolean
  /** Hosts that some of them wait for. */
  readonly hosts: readonly string[]
  /** Whether a pause holds this table: nothing of it is under way. */
  rests(table: string): boolean
}

export class UnderWay {
  children: Children | undefined
  readonly #hosts = new Map<string, number>()
  readonly #reads = new Set<CancellationScope>()
  #calls = 0

  /** @param reads what may be broken off */
  begins(reads: CancellationScope | undefined): void {
    this.#calls++
    if (reads) this.#reads.add(reads)
  }

  ends(reads: CancellationScope | undefined): void {
    this.#calls--
    if (reads) this.#reads.delete(reads)
  }

  breakOff(): void {
    for (const scope of this.#reads) scope.cancel()
  }

  away(host: string): void {
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1)
  }

  back(host: string): void {
    this.#hosts.set(host, this.#hosts.get(host)! - 1)
  }

  /** Those that nobody works for. */
  get hosts(): Set<string> {
    const hosts = new Set(this.children?.hosts)
    for (const [host, count] of this.#hosts) if (count > 0) hosts.add(host)
    return hosts
  }

  get resting(): boolean {
    return this.#calls === 0 && (this.children?.resting ?? true)
  }

  /** Nothing of this table is under way. */
  rests(table: string): boolean {
    return this.children?.rests(table) ?? true
  }
}
