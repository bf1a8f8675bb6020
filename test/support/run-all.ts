/**
 * `npm test`: all test files, or those that are named. The long ones come first, so that none of them runs alone at
 * the end; many of them wait for what was killed to be missed, so one more is under way than there are processors.
 */
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
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

const named = process.argv.slice(2)
const all = globSync('test/**/*.test.ts').sort()
const gone = LONG.filter(file => !all.includes(file))
if (gone.length > 0) throw new Error(`no such test files any more: ${gone.join(', ')}`)
const files = named.length > 0 ? globSync(named) : [...LONG, ...all.filter(file => !LONG.includes(file))]
if (files.length === 0) throw new Error(`no test files: ${named.join(', ')}`)

// Good is only what says of itself, at the end of all files, that it was.
process.exitCode = 1
run({ files, concurrency: availableParallelism() + 1 })
  .on('test:summary', ({ file, success }) => {
    if (file === undefined && success) process.exitCode = 0
  })
  .compose(spec)
  .pipe(process.stdout)
