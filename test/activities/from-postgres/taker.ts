/** Takes a snapshot as a worker does, says so, and stays: `snapshot.test.ts` kills it. */
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { takeSnapshot } from '../../../activities/from-postgres/take-snapshot.ts'

const [home, run, connection] = process.argv.slice(2) as [string, string, string]
const work = { home, host: 'here', log: pino({ level: 'silent' }) }
const source = { kind: 'postgres', connection, schema: '*', host: 'here' } as const
await new MockActivityEnvironment().run(() => takeSnapshot(work, { run, source }))
process.send!('taken')
setInterval(() => {}, 1000)
