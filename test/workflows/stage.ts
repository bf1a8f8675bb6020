/** Real workflows on a real Temporal server, with activities of a fake target. */
import { randomUUID } from 'node:crypto'
import { after } from 'node:test'
import { Client, Connection, type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client'
import type { UpdateDefinition } from '@temporalio/common'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Activities } from '../../activities/index.ts'
import type { Waiting } from '../../model/control.ts'
import type { FailureFacts } from '../../model/failure.ts'
import type { MigrateInput } from '../../model/payloads.ts'
import type { Progress, RunResult } from '../../model/run.ts'
import { workflowBundle } from '../../worker/bundle.ts'
import { temporalBinary } from '../../worker/temporal-binary.ts'
import { startTemporalServer } from '../../worker/temporal-server.ts'
import { hostQueue, progressQuery, TASK_QUEUE, waitingForQuery } from '../../workflows/messages.ts'
import { until } from '../scenarios/until.ts'
import { scratchHome } from '../support/temporal.ts'
import { FakeTarget } from './fake-target.ts'

const HOST = 'stage'

export interface Stage {
  client: Client
  begin(target: FakeTarget, over?: Partial<MigrateInput>): Promise<Play>
  /** From now on the activities of this run are those of the target. */
  plays(run: string, target: FakeTarget): void
  /** The same for runs that other runs begin. */
  playsChildren(target: FakeTarget): void
  /** Takes this host's worker away, or brings it back. */
  leave(): Promise<void>
  comeBack(): Promise<void>
}

type Update<Args extends unknown[]> = UpdateDefinition<{ message: string }, Args>

/** One run on the stage. */
export interface Play {
  handle: WorkflowHandle
  target: FakeTarget
  result(): Promise<RunResult>
  /** The facts and the result with which it failed. */
  failure(): Promise<{ facts: FailureFacts; result: RunResult }>
  /** Gives an order; its words, or throws what the validator said. */
  order<Args extends unknown[]>(update: Update<Args>, ...args: Args): Promise<string>
  progress(): Promise<Progress>
  waiting(): Promise<Waiting[]>
  /** Looks until it waits for something of that kind. */
  waitsFor(kind: Waiting['kind']): Promise<Waiting>
  /** Looks until the target is so. */
  sees(what: string, look: (target: FakeTarget) => boolean): Promise<void>
  state(table: string): Promise<string | undefined>
}

/** @param flags of the server */
export async function startStage(flags: string[] = []): Promise<Stage> {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const scratch = scratchHome()
  const server = await startTemporalServer({ home: scratch.home, binary: () => temporalBinary(), flags })
  const { address } = server
  const [native, connection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ])
  const client = new Client({ connection })
  const targets = new Map<string, FakeTarget>()
  const activities = dispatched(targets)
  // Nothing is cached: each task replays its workflow from the start, and finds what is not deterministic.
  const common = { connection: native, maxCachedWorkflows: 0, maxConcurrentActivityTaskExecutions: 50 }
  const any = await Worker.create({
    ...{ ...common, activities, taskQueue: TASK_QUEUE },
    workflowBundle: await workflowBundle(),
  })
  const running = [any.run()]
  let ours: Worker | undefined
  const comeBack = async () => {
    ours = await Worker.create({ ...common, activities, taskQueue: hostQueue(HOST) })
    running.push(ours.run())
  }
  const leave = async () => {
    ours?.shutdown()
    await running.at(-1)
  }
  await comeBack()
  after(async () => {
    for (const worker of [any, ours]) if (worker?.getState() === 'RUNNING') worker.shutdown()
    await Promise.all(running)
    await native.close()
    await connection.close()
    await server.stop()
    await scratch.stop()
  })
  const plays = (run: string, target: FakeTarget) => void targets.set(run, target)
  const playsChildren = (target: FakeTarget) => plays(CHILDREN, target)
  const begin = async (target: FakeTarget, over: Partial<MigrateInput> = {}) => {
    const input = migrateInput(over)
    plays(input.run, target)
    const handle = await client.workflow.start(input.mode === 'check' ? 'check' : 'migrate', {
      workflowId: `longhaul/${input.name}`,
      taskQueue: TASK_QUEUE,
      args: [input],
    })
    return playOf(handle, target)
  }
  return { client, begin, plays, playsChildren, leave, comeBack }
}

/** Their ids are drawn by workflows. */
const CHILDREN = 'children'

type Input = { run?: string; place?: { run: string } }
type Activity = (input: Input) => Promise<unknown>

/** Each run's activities are those of its own target. */
function dispatched(targets: ReadonlyMap<string, FakeTarget>): Record<string, Activity> {
  const call = (name: string) => (input: Input) => {
    const { activities } = (targets.get(input.run ?? input.place!.run) ?? targets.get(CHILDREN))!
    return (activities[name as keyof Activities] as Activity)(input)
  }
  const names = Object.keys(new FakeTarget([]).activities)
  return Object.fromEntries(names.map(name => [name, call(name)]))
}

export function migrateInput(over: Partial<MigrateInput> = {}): MigrateInput {
  const run = randomUUID()
  return {
    ...{ run, name: run.slice(0, 8), mode: 'full', requestHash: 'h', adopt: false, indexed: false },
    request: {
      source: { kind: 'sqlite', path: '/a.db', host: HOST },
      target: { kind: 'postgres', connection: 'nowhere', schema: 'public' },
      onFailure: 'keep',
    } as MigrateInput['request'],
    ...over,
  }
}

function playOf(handle: WorkflowHandle, target: FakeTarget): Play {
  const progress = () => handle.query(progressQuery)
  const waiting = () => handle.query(waitingForQuery)
  return {
    ...{ handle, target, progress, waiting },
    result: () => handle.result(),
    failure: async () => {
      const error = await handle.result().then(
        result => new Error(`it succeeded: ${JSON.stringify(result)}`),
        failed => failed.cause,
      )
      if (!error.details) throw error
      const [facts, result] = error.details
      return { facts, result }
    },
    order: async (update, ...args) => {
      try {
        const options = { args } as never
        return (await handle.executeUpdate<{ message: string }, never>(update as never, options)).message
      } catch (error) {
        throw error instanceof WorkflowUpdateFailedError ? error.cause : error
      }
    },
    waitsFor: kind => until(`waits for ${kind}`, async () => (await waiting()).find(w => w.kind === kind)),
    sees: async (what, look) => {
      await until(what, () => look(target) || undefined)
    },
    state: async table => (await progress()).tables.find(({ name }) => name === table)?.state,
  }
}
