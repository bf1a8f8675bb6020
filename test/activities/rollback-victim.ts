/** A process that takes a run back, to be killed: `rollback-victim.ts HOME INPUT`, the input as JSON. */
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { type RollBackInput, rollBack } from '../../activities/roll-back.ts'

const [home, input] = process.argv.slice(2)
const work = { home: home!, host: 'here', log: pino({ level: 'silent' }) }
await new MockActivityEnvironment().run(() => rollBack(work, JSON.parse(input!) as RollBackInput))
