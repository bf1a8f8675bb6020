/**
 * `npm run chaos -- --seed N --minutes M`: migrations under random faults, for so long. Prints the seed first and
 * the figures last, and writes all that was drawn and seen into a file. Ends with status 1 where a promise was broken.
 *
 * --runs N        ends after so many runs
 * --replay FILE   plays the schedules of such a file again; with --run N that run's alone
 * --out FILE      the file; default: chaos-SEED.json in the system's folder for temporary files
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChaosRecord, chaos } from './chaos.ts'
import type { Schedule } from './draw.ts'
import type { RunRecord } from './run.ts'
import { table } from './tally.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    runs: { type: 'string' },
    replay: { type: 'string' },
    run: { type: 'string' },
    out: { type: 'string' },
  },
})
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
const minutes = Number(values.minutes)
const most = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs)
const out = values.out ?? join(tmpdir(), `chaos-${seed}.json`)
const replay = values.replay === undefined ? undefined : schedules(values.replay, values.run)

console.log(replay ? `the schedules of ${values.replay}` : `seed ${seed}`)
const record = await chaos({
  seed,
  goesOn: (run, spent) => run <= most && (replay !== undefined || spent < minutes),
  ...(replay && { replay }),
  onRun: say,
})
writeFileSync(out, `${JSON.stringify(record, null, 1)}\n`)
console.log(`\n${table(record.tally)}\n\nall of it is in ${out}`)
process.exit(record.tally.violations > 0 ? 1 : 0)

function schedules(file: string, run: string | undefined): Schedule[] {
  const { runs } = JSON.parse(readFileSync(file, 'utf8')) as ChaosRecord
  // The run without faults comes first in any case.
  const wanted = runs.filter(r => (run === undefined ? r.run > 0 : r.run === Number(run)))
  return wanted.map(({ schedule }) => schedule)
}

function say({ run, observed, seconds, secondsAfter, starts, ends, violations }: RunRecord): void {
  const times = `${seconds.toFixed(1)} s, ${secondsAfter.toFixed(1)} s after the last fault`
  console.log(`run ${run}: ${observed.length} faults, ${starts} start(s) of the command, ${times}`)
  for (const { fault, at, what, progressAfter } of observed) {
    const again = progressAfter === undefined ? '' : `; progress again after ${progressAfter / 1000} s`
    console.log(`    ${(at / 1000).toFixed(1).padStart(6)} s  ${fault}: ${what}${again}`)
  }
  for (const end of ends) console.log(`    ended by itself: ${end.split('\n').join(' | ')}`)
  for (const violation of violations) console.log(`    VIOLATION ${violation}`)
}
