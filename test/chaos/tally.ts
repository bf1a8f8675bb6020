/** All runs together: what was done, what it cost, what went wrong. */
import type { FaultName } from './draw.ts'
import type { RunRecord } from './run.ts'

export interface Tally {
  runs: number
  faults: number
  lost: number
  doubled: number
  violations: number
  /** Seconds from the last fault to the end; the worst of all runs, and of a run without faults. */
  longestAfter: number
  clean: number
  byFault: Record<string, { done: number; met: number; medianAgain?: number; longestAgain?: number }>
}

/** @param clean seconds of a run without faults */
export function tally(records: readonly RunRecord[], clean: number): Tally {
  const observed = records.flatMap(record => record.observed)
  const names = [...new Set(observed.map(({ fault }) => fault))].sort()
  return {
    runs: records.length,
    faults: observed.length,
    lost: sum(records.map(record => record.lost)),
    doubled: sum(records.map(record => record.doubled)),
    violations: sum(records.map(record => record.violations.length)),
    longestAfter: Math.max(0, ...records.map(record => record.secondsAfter)),
    clean,
    byFault: Object.fromEntries(names.map(name => [name, ofFault(name)])),
  }

  function ofFault(name: FaultName) {
    const all = observed.filter(({ fault }) => fault === name)
    const again = all.flatMap(({ progressAfter }) => progressAfter ?? []).sort((a, b) => a - b)
    const met = all.filter(({ what }) => !/^(nothing|0 conn|not met)/.test(what)).length
    return {
      ...{ done: all.length, met },
      ...(again.length > 0 && {
        medianAgain: again[Math.floor(again.length / 2)]! / 1000,
        longestAgain: again.at(-1)! / 1000,
      }),
    }
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0)

/** For people. */
export function table(tally: Tally): string {
  const head = ['fault', 'done', 'met', 'progress again: median', 'longest']
  const seconds = (n: number | undefined) => (n === undefined ? '' : `${n.toFixed(1)} s`)
  const lines = Object.entries(tally.byFault).map(([name, f]) => [
    ...[name, String(f.done), String(f.met), seconds(f.medianAgain), seconds(f.longestAgain)],
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map(line => line[i]!.length)))
  const row = (cells: string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  return [
    ...[row(head), ...lines.map(row), ''],
    `${tally.runs} runs, ${tally.faults} faults; rows lost ${tally.lost}, doubled ${tally.doubled}; ` +
      `${tally.violations} violations`,
    `a run without faults ${seconds(tally.clean)}; the longest after its last fault ${seconds(tally.longestAfter)}`,
  ].join('\n')
}
