/**
 * `npm test`: all test files, or those that are named. The long ones come first, so that none of them runs alone at
 * the end; many of them wait for what was killed to be missed, so one more is under way than there are processors.
 * A few files that fail are run once more by themselves, and named.
 */
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** Those that wait between those that work. */
const LONG = [
  'scenarios/lost-answers',
  'end-to-end/schema-objects',
  'chaos/chaos',
  'scenarios/broken-connections',
  'end-to-end/operators',
  'scenarios/cancelled',
  'scenarios/step-boundaries',
  'end-to-end/plan-and-start',
  'scenarios/black-hole',
  'end-to-end/secrets',
  'scenarios/taken-back',
  'end-to-end/quarantine',
  'scenarios/killed-in-copy',
  'end-to-end/source-files',
  'scenarios/continue-as-new',
  'end-to-end/package',
].map(name => `test/${name}.test.ts`)

/** More than these fail for one reason: once is enough to see it. */
const MOST_AGAIN = 3

const named = process.argv.slice(2)
const all = globSync('test/**/*.test.ts').sort()
const gone = LONG.filter(file => !all.includes(file))
if (gone.length > 0) throw new Error(`no such test files any more: ${gone.join(', ')}`)
const files = named.length > 0 ? globSync(named) : [...LONG, ...all.filter(file => !LONG.includes(file))]
if (files.length === 0) throw new Error(`no test files: ${named.join(', ')}`)

/** Runs files; gives those that failed, all where the end of all was not good and no file says why. */
async function failing(files: readonly string[], concurrency: number): Promise<string[]> {
  const failed = new Set<string>()
  let good = false
  const events = run({ files: [...files], concurrency }).on('test:summary', ({ file, success }) => {
    if (file === undefined) good = success
    else if (!success) failed.add(relative(process.cwd(), file))
  })
  await pipeline(events.compose(spec), process.stdout, { end: false })
  if (good) return []
  return failed.size > 0 ? [...failed] : [...files]
}

// Good is only what says of itself, at the end of all files, that it was.
process.exitCode = 1
const first = await failing(files, availableParallelism() + 1)
// Servers are killed and waited for beside three others: what fails there and not by itself is a race of the test or
// of what it tests. It does not hide: it is named, for somebody to look into.
const second = first.length > 0 && first.length <= MOST_AGAIN ? await failing(first, 1) : first
if (second.length === 0) process.exitCode = 0
if (first.length > 0 && second.length === 0)
  process.stdout.write(`\nRACES: failed beside others, passed alone: ${first.join(', ')}\n`)
