/**
 * Processor time and memory while a trial works, looked at ten times a second: sums at its end say what it cost, and
 * the curve says what a part of it cost.
 */
import { cpuOf, memoryOf, reapedBy, treeOf } from './processes.ts'

/**
 * Whose processes: the commands of the trial (with what they start), longhaul's worker, its Temporal server,
 * the PostgreSQL server.
 */
export const GROUPS = ['command', 'worker', 'temporal', 'postgres'] as const
export type Group = (typeof GROUPS)[number]
/** Seconds of processor by group. */
export type Cpu = Record<Group, number>

/** Roots of the trees of processes at this moment. */
export type Roots = Record<Group, () => number[]>

interface Sample {
  /** Milliseconds since 1970, as the times of a report are. */
  at: number
  cpu: Cpu
}

const EVERY = 100

export class Meter {
  #roots: Roots
  #samples: Sample[] = []
  #most: Record<Group, number> = { command: 0, worker: 0, temporal: 0, postgres: 0 }
  #reapedBefore = reapedBy(process.pid)
  #timer: NodeJS.Timeout

  constructor(roots: Roots) {
    this.#roots = roots
    this.#look()
    this.#timer = setInterval(() => this.#look(), EVERY)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#look()
  }

  /** What was used from the first look to the last. */
  used(): Cpu {
    return this.between(this.#samples[0]!.at, this.#samples.at(-1)!.at)
  }

  /** What was used between two moments (milliseconds since 1970), within a tenth of a second. */
  between(from: number, to: number): Cpu {
    const [begun, ended] = [this.#at(from), this.#at(to)]
    return byGroup(group => Math.max(0, ended[group] - begun[group]))
  }

  /** The most resident memory of each group's processes together, bytes. That of PostgreSQL is its shared buffers many times over. */
  most(): Record<Group, number> {
    return this.#most
  }

  #look(): void {
    const trees = byGroup(group => this.#trees(group))
    const cpu = byGroup(group => trees[group].reduce((sum, pid) => sum + cpuOf(pid), 0))
    // Commands that have ended are in the time of those whom this process has waited for.
    cpu.command += reapedBy(process.pid) - this.#reapedBefore
    this.#samples.push({ at: Date.now(), cpu })
    for (const group of GROUPS) this.#lookAtMemory(group, trees[group])
  }

  #trees(group: Group): number[] {
    const others = GROUPS.filter(other => other !== group).flatMap(other => this.#roots[other]())
    return this.#roots[group]().flatMap(root => treeOf(root, others))
  }

  /** Between two looks one process alone may have had more than all of them at either. */
  #lookAtMemory(group: Group, pids: number[]): void {
    const figures = pids.map(memoryOf)
    // Processes of one program share its pages.
    const programs = new Set<string>()
    const together = figures.reduce((sum, { now, own, program }) => {
      const shares = programs.has(program)
      programs.add(program)
      return sum + (shares ? own : now)
    }, 0)
    this.#most[group] = Math.max(this.#most[group], together, ...figures.map(({ most }) => most))
  }

  /** The curve at a moment: a straight line between two looks. */
  #at(moment: number): Cpu {
    const after = this.#samples.findIndex(({ at }) => at >= moment)
    if (after === -1) return this.#samples.at(-1)!.cpu
    const [a, b] = [this.#samples[Math.max(after - 1, 0)]!, this.#samples[after]!]
    const share = b.at === a.at ? 1 : Math.max(0, (moment - a.at) / (b.at - a.at))
    return byGroup(group => a.cpu[group] + (b.cpu[group] - a.cpu[group]) * share)
  }
}

function byGroup<T>(of: (group: Group) => T): Record<Group, T> {
  return { command: of('command'), worker: of('worker'), temporal: of('temporal'), postgres: of('postgres') }
}
