/** A Temporal server and a worker whose runs are those of `fake-run.ts`. */
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { connect } from '../../client/index.ts'
import type { Temporal } from '../../client/stack.ts'
import { temporalBinary } from '../../worker/temporal-binary.ts'
import { startTemporalServer } from '../../worker/temporal-server.ts'
import { TASK_QUEUE, workflowId } from '../../workflows/messages.ts'
import { longhaul, type Said } from '../end-to-end/cli.ts'
import { scratchHome } from '../support/temporal.ts'
import type { Story } from './fake-run.ts'

export interface FakeRuns {
  longhaul: Temporal
  /** Begins a run; its name is that of the story. */
  begin(story: Story): Promise<void>
  /** Runs a command beside the server. */
  say(...words: string[]): Promise<Said>
  /** Lets the activities of busy runs end. */
  release(): void
  /** Ends the worker: the server stays, and nobody polls. */
  endWorker(): Promise<void>
}

export async function fakeRuns(): Promise<FakeRuns> {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const scratch = scratchHome()
  const server = await startTemporalServer({ home: scratch.home, binary: () => temporalBinary() })
  const env = { ...scratch.env, TEMPORAL_ADDRESS: server.address, LONGHAUL_HOST: 'test-host' }
  const connection = await NativeConnection.connect({ address: server.address })
  const released = Promise.withResolvers<void>()
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('./fake-run.ts', import.meta.url)),
    activities: { copyChunks: () => released.promise },
  })
  const running = worker.run()
  const client = await connect({ env })
  const endWorker = async () => {
    released.resolve()
    if (worker.getState() === 'RUNNING') worker.shutdown()
    await running
  }
  after(async () => {
    await endWorker()
    await client.release()
    await connection.close()
    await server.stop()
    await scratch.stop()
  })
  return {
    longhaul: client,
    begin: async story => {
      const target = { kind: 'postgres', connection: 'nowhere', schema: 'public' }
      await client.client.workflow.start('migrate', {
        workflowId: workflowId(story.name),
        taskQueue: TASK_QUEUE,
        args: [story],
        memo: {
          run: 'r',
          mode: 'full',
          requestHash: 'h',
          source: 'sqlite:app.db',
          target,
          host: 'test-host',
        },
      })
    },
    say: (...words) => longhaul(words, { env }),
    release: released.resolve,
    endWorker,
  }
}
