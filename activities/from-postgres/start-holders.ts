/** Starts the two processes that hold a snapshot. `holder-process.ts` is their side. */
import { type ChildProcess, fork } from 'node:child_process'
import { Context } from '@temporalio/activity'
import { entry } from '../../home/entry.ts'
import { makeFolder, runFolder } from '../../home/home.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import { Failure, type FailureFacts } from '../../model/failure.ts'
import type { Exported } from '../../stores/postgres/source/snapshot.ts'
import { type Holder, type Holders, publish } from './holder.ts'

/** What a holder is told to do. */
export interface Order {
  home: string
  run: string
  source: PostgresSource
  /** The snapshot that it keeps from ending with its first holder; absent: it takes one. */
  after?: Exported
  /** How long it waits for others' locks on tables. */
  patienceMs: number
}

export type FromHolder = { type: 'holds'; holder: Holder } | { type: 'failed'; facts: FailureFacts }

/**
 * Takes a snapshot that outlives this process, as the run's one of this generation; returns its holders, or those of another
 * attempt that was faster. Fails as the server does.
 */
export async function startHolders(order: Omit<Order, 'after'>, generation: number): Promise<Holders> {
  makeFolder(runFolder(order.run, order.home))
  const [first, second] = [start(), start()]
  const beat = setInterval(() => Context.current().heartbeat(), 2000)
  try {
    const taken = await told(first, order)
    const kept = await told(second, { ...order, after: taken })
    return publish(order.home, order.run, { generation, holders: [taken, kept] })
  } finally {
    clearInterval(beat)
    for (const child of [first, second]) if (child.connected) child.disconnect()
  }
}

function start(): ChildProcess {
  const child = fork(entry(import.meta.url, './holder-process.ts'), {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Options for this process (a debugger, a loader) are not for that one.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  child.unref()
  // Before anybody waits for it, and after.
  child.on('error', () => {})
  return child
}

function told(child: ChildProcess, order: Order): Promise<Holder> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: FromHolder) => {
      if (message.type === 'holds') resolve(message.holder)
      else reject(new Failure(message.facts))
    })
    child.once('error', () => reject(ended()))
    child.once('exit', () => reject(ended()))
    child.send(order, error => {
      if (error) reject(ended())
    })
  })
}

const ended = () =>
  new Failure({
    code: 'unavailable',
    object: 'the source',
    message: 'the process that holds its snapshot ended before it had one',
    remedy: 'Try again',
  })
