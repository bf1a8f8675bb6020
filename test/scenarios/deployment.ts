/** A Temporal server and workers that no command owns, as in a deployment, for the home of one scene. */
import type { ChildProcess } from 'node:child_process'
import type { TestContext } from 'node:test'
import { Client, Connection } from '@temporalio/client'
import { temporalBinary } from '../../worker/temporal-binary.ts'
import { startTemporalServer } from '../../worker/temporal-server.ts'
import { scratchHome } from '../support/temporal.ts'
import type { Scene } from './harness.ts'
import { startSecondWorker } from './worker.ts'

export interface Deployment {
  address: string
  /** For commands and workers of this deployment. */
  env: NodeJS.ProcessEnv
  client: Client
  /** Kills the server with SIGKILL; it is started again by itself, on the same port. */
  killServer(): void
  /** Starts a worker with these variables besides. */
  worker(more?: NodeJS.ProcessEnv): ChildProcess
}

/** Histories count as long after so many events; a child of some dozen chunks then continues as new. */
export const longAfter = (events: number): string[] => [
  '--dynamic-config-value',
  `limit.historyCount.suggestContinueAsNew=${events}`,
]

/** @param flags more flags for `temporal server start-dev` */
export async function deploy(t: TestContext, scene: Scene, flags: string[] = []): Promise<Deployment> {
  const place = scratchHome()
  const server = await startTemporalServer({ home: place.home, binary: temporalBinary, flags })
  const connection = await Connection.connect({ address: server.address })
  const workers: ChildProcess[] = []
  t.after(async () => {
    for (const worker of workers) worker.kill('SIGKILL')
    await connection.close()
    await server.stop()
    await place.stop()
  })
  const env = { ...scene.env, TEMPORAL_ADDRESS: server.address }
  return {
    address: server.address,
    env,
    client: new Client({ connection }),
    killServer: () => void process.kill(server.pid(), 'SIGKILL'),
    worker: more => {
      const worker = startSecondWorker({ ...env, ...more })
      workers.push(worker)
      return worker
    },
  }
}
