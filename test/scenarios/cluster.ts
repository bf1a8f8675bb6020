/** A Temporal server of the test's own, as a cluster that others look after, and workers that join it. */
import type { ChildProcess } from 'node:child_process'
import type { TestContext } from 'node:test'
import { Client, Connection } from '@temporalio/client'
import { temporalBinary } from '../../worker/temporal-binary.ts'
import { startTemporalServer } from '../../worker/temporal-server.ts'
import { scratchHome } from '../support/temporal.ts'
import { startSecondWorker } from './worker.ts'

export interface TestCluster {
  client: Client
  /** A host: a state folder, a name, and the environment with which its commands and workers join the cluster. */
  host(name: string): TestHost
}

export interface TestHost {
  home: string
  env: NodeJS.ProcessEnv
  /** Starts a worker of this host; it is killed at the end of the test. */
  startWorker(over?: NodeJS.ProcessEnv): ChildProcess
}

/** @param flags more words for `temporal server start-dev` */
export async function startTestCluster(t: TestContext, flags: string[] = []): Promise<TestCluster> {
  const folder = scratchHome()
  const binary = () => temporalBinary({ say: () => {} })
  const server = await startTemporalServer({ home: folder.home, binary, flags })
  const connection = await Connection.connect({ address: server.address })
  t.after(async () => {
    await connection.close()
    await server.stop()
    await folder.stop()
  })
  return {
    client: new Client({ connection }),
    host: name => {
      const { home, env: own, stop } = scratchHome()
      t.after(stop)
      const env = { ...own, TEMPORAL_ADDRESS: server.address, LONGHAUL_HOST: name }
      const startWorker = (over: NodeJS.ProcessEnv = {}) => {
        const worker = startSecondWorker({ ...env, ...over })
        t.after(() => void worker.kill('SIGKILL'))
        return worker
      }
      return { home, env, startWorker }
    },
  }
}

/** Settles when a process has ended. */
export const ended = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
