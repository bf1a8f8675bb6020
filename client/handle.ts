/** Which run is meant: by the name that the user gave it, or by the start of its UUID. */
import { type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client'
import { Failure } from '../model/failure.ts'
import type { AnyRequest } from '../model/plan-request.ts'
import { type Mode, SEARCH, workflowId } from '../workflows/messages.ts'
import { pageOf, type Temporal } from './stack.ts'

/** What a run's workflow carries along, readable with no worker alive. No secrets, no values. */
export interface RunMemo {
  /** UUID of the run: a new one, or that of the unfinished one with which it goes on once it has found it. */
  run: string
  /** UUID that this execution was begun with; absent in those of older versions. */
  begun?: string
  mode: Mode
  requestHash: string
  source: string
  target: AnyRequest['target']
  host: string
}

/** One execution of a run's workflow. */
export interface RunHandle {
  name: string
  workflowId: string
  /** Temporal's id of this execution. */
  execution: string
  open: boolean
  /** Status in Temporal's words, lower case. */
  status: string
  startedAt: Date
  endedAt?: Date
  memo: RunMemo
  /** Page of the run in the Temporal UI. */
  page?: string
  /** The state that the run itself published, where the server keeps search attributes. */
  state?: string
}

const PREFIX = workflowId('')
const RUNS = "WorkflowType IN ('migrate', 'check')"

/** The latest execution under a name, if there is one. */
export async function findByName(temporal: Temporal, name: string): Promise<RunHandle | undefined> {
  try {
    return handleOf(temporal, await temporal.client.workflow.getHandle(workflowId(name)).describe())
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

/** The run of that name, or whose UUID begins so. Fails with `usage` where there is none, or several. */
export async function findRun(temporal: Temporal, id: string): Promise<RunHandle> {
  const named = await findByName(temporal, id)
  if (named) return named
  // Executions of one run have its UUID in common: the newest stands for it.
  const found = new Map<string, RunHandle>()
  if (/^[0-9a-f-]{4,36}$/.test(id)) {
    for await (const run of listRuns(temporal)) {
      const { run: own, begun } = run.memo
      if ((own.startsWith(id) || begun?.startsWith(id)) && !found.has(own)) found.set(own, run)
    }
  }
  const [run, ...others] = found.values()
  if (run && others.length === 0) return run
  throw run ? ambiguous(id, [run, ...others]) : unknown(temporal, id)
}

/** The rollback of a run that is under way, or waits for somebody. */
export async function openRollback(
  temporal: Temporal,
  run: RunHandle,
): Promise<Pick<RunHandle, 'workflowId' | 'execution'> | undefined> {
  const found = await findByName(temporal, `${run.name}/rollback`)
  return found?.open ? found : undefined
}

/** All runs that the server knows, or all under one name, the newest first. */
export async function* listRuns(temporal: Temporal, name?: string): AsyncGenerator<RunHandle> {
  const query = name === undefined ? RUNS : `${RUNS} AND WorkflowId = '${workflowId(name)}'`
  for await (const info of temporal.client.workflow.list({ query })) {
    if (info.workflowId.startsWith(PREFIX)) yield handleOf(temporal, info)
  }
}

type Described = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'memo' | 'searchAttributes'
> & { closeTime?: Date | undefined }

function handleOf(temporal: Temporal, info: Described): RunHandle {
  const page = pageOf(temporal, info.workflowId, info.runId)
  const state = info.searchAttributes[SEARCH.state.name]?.[0]
  return {
    name: info.workflowId.slice(PREFIX.length),
    workflowId: info.workflowId,
    execution: info.runId,
    open: info.status.name === 'RUNNING',
    status: info.status.name.toLowerCase().replaceAll('_', ' '),
    startedAt: info.startTime,
    ...(info.closeTime && { endedAt: info.closeTime }),
    memo: info.memo as unknown as RunMemo,
    ...(page && { page }),
    ...(typeof state === 'string' && { state }),
  }
}

const ambiguous = (id: string, found: RunHandle[]) =>
  new Failure({
    code: 'usage',
    object: `run ${id}`,
    message: `it may be any of ${found.map(run => `${run.name} (${run.memo.run})`).join(', ')}`,
    remedy: 'Write more of its id, or its name',
  })

const unknown = ({ address }: Temporal, id: string) =>
  new Failure({
    code: 'usage',
    object: `run ${id}`,
    message: `the Temporal server at ${address} knows no run of that name or id`,
    remedy: 'See "longhaul list"; "longhaul status --postgres URL" shows the runs that a target knows',
  })
