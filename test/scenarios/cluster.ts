/** A Temporal server of the test's own, as a cluster that others look after, and workers that join it. */
import type { ChildProcess } from 'node:child_process'
import type { TestContext } from 'node:test'
import { Client, Connection } from '@temporalio/client'
import { temporalBinary } from '../../worker/temporal-binary.ts'
import { startTemporalServer } from '../../worker/temporal-server.ts'
import { type ScratchHome, scratchHome } from '../support/temporal.ts'
import { startSecondWorker } from './worker.ts'

export interface TestCluster {
  address: string
  client: Client
  /** Kills the server with SIGKILL; it is started again by itself, on the same port. */
  killServer(): void
  /** A host of that name with a state folder of its own. */
  host(name: string): TestHost
  /** A state folder that is there already. */
  join(home: Pick<ScratchHome, 'home' | 'env'>): TestHost
}

export interface TestHost {
  home: string
  /** With which its commands and workers join the cluster. */
  env: NodeJS.ProcessEnv
  /** Starts a worker of this host with these variables besides; it is killed at the end of the test. */
  startWorker(more?: NodeJS.ProcessEnv): ChildProcess
}

/** Histories count as long after so many events, else after 4,096: a child of some dozen chunks continues as new. */
export const longAfter = (events: number): string[] => [
  '--dynamic-config-value',
  `limit.historyCount.suggestContinueAsNew=${events}`,
]

/** @param flags more words for `temporal server start-dev` */
export async function startTestCluster(t: TestContext, flags: string[] = []): Promise<TestCluster> {
  const folder = scratchHome()
  const binary = () => temporalBinary({ say: () => {} })
  const server = await startTemporalServer({ home: folder.home, binary, flags })
  const connection = await Connection.connect({ address: server.address })
  const workers: ChildProcess[] = []
  t.after(async () => {
    for (const worker of workers) worker.kill('SIGKILL')
    await connection.close()
    await server.stop()
    await folder.stop()
  })
  const join: TestCluster['join'] = ({ home, env: own }) => {
    const env = { ...own, TEMPORAL_ADDRESS: server.address }
    const startWorker = (more: NodeJS.ProcessEnv = {}) => {
      const worker = startSecondWorker({ ...env, ...more })
      workers.push(worker)
      return worker
    }
    return { home, env, startWorker }
  }
  return {
    ...{ address: server.address, client: new Client({ connection }), join },
    killServer: () => void process.kill(server.pid(), 'SIGKILL'),
    host: name => {
      const { home, env, stop } = scratchHome()
      t.after(stop)
      return join({ home, env: { ...env, LONGHAUL_HOST: name } })
    },
  }
}

/** Settles when a process has ended. */
export const ended = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
