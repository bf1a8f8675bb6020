/** A process that makes a dump, for tests that kill it: state folder and place of the run as its words. */
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { dumpTarget } from '../../activities/dump-target.ts'

const [home, place] = process.argv.slice(2)
const work = { home: home!, host: 'here', log: pino({ level: 'silent' }) }
await new MockActivityEnvironment().run(() => dumpTarget(work, { place: JSON.parse(place!) }))
