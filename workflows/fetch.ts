/** What has to be done before the rows of a staged source can be laid down: runs of their own, each under its parent's name. */
import { ChildWorkflowCancellationType, executeChild, uuid4, workflowInfo } from '@temporalio/workflow'
import { showEndpoint } from '../model/endpoint.ts'
import type { AnyRequest, StagedRequest } from '../model/plan-request.ts'
import type { RunResult } from '../model/run.ts'
import { sha256 } from '../model/sha256.ts'
import type { Course } from './course.ts'
import { failureOf } from './failures.ts'
import type { MigrateInput } from './messages.ts'
import type { migrate } from './migrate.ts'

type Fetching = Pick<Course, 'run' | 'input' | 'work'>

export const isStaged = (request: AnyRequest): request is StagedRequest => request.source.kind === 'staged'

/** Writes the files of `via`, restores an archive, migrates a PostgreSQL source into the stage. */
export async function fetchFirst(
  course: Fetching,
  request: StagedRequest,
  say: (detail: string) => void,
): Promise<void> {
  const { run } = course
  const work = course.work.on(request.source.host)
  const written = request.via ? await writeVia(course, request, request.via, say) : undefined
  const { pull } = await work.openStage({ run, request, ...(written && { written }) })
  if (!pull) return
  say(`fetching the rows of ${showEndpoint(pull.source)}`)
  const { mapping } = request.file ?? {}
  const { tables, exclude, accept, how, busySeconds } = request
  const { verdict, name } = await runApart(course, 'pull', {
    ...pull,
    ...{ scope: 'all', ifExists: 'refuse', onFailure: 'rollback', types: 'declared' },
    ...{ accept, how, busySeconds },
    // Those of a mapping are names in the target.
    exclude: mapping ? [] : exclude,
    ...(tables && !mapping && { tables }),
  })
  if (verdict === 'different') throw differs(name)
}

/** Gives the run that has written the files. */
async function writeVia(
  course: Fetching,
  { tables, exclude, accept, how, busySeconds, filesPerMinute }: StagedRequest,
  { source, target }: NonNullable<StagedRequest['via']>,
  say: (detail: string) => void,
): Promise<string> {
  say(`writing ${showEndpoint(target)}`)
  const from =
    source.kind === 'postgres'
      ? { kind: 'staged' as const, path: source.connection, host: source.host, of: source }
      : source
  const { run } = await runApart(course, 'export', {
    ...{ source: from, target, scope: 'all', ifExists: 'refuse', onFailure: 'keep', types: 'declared' },
    ...{ accept, how, busySeconds, exclude },
    ...(tables && { tables }),
    ...(filesPerMinute && { filesPerMinute }),
  })
  return run
}

const differs = (name: string) =>
  failureOf({
    code: 'source',
    object: `run ${name}`,
    message: 'not all rows that were fetched are as in the source',
    remedy: `Look at it with "longhaul report ${name}"`,
  })

/** A run of its own, which ends with this one. Fails where it fails. */
function runApart(course: Fetching, suffix: string, request: AnyRequest): Promise<RunResult> {
  const { input } = course
  const run = uuid4()
  const name = `${input.name}.${suffix}`
  const requestHash = sha256(`${input.requestHash} ${suffix}`)
  const own: MigrateInput = {
    ...{ run, name, mode: 'full', request, requestHash, adopt: input.adopt, indexed: input.indexed },
    ...(input.limits && { limits: input.limits }),
  }
  return executeChild<typeof migrate>('migrate', {
    workflowId: `${workflowInfo().workflowId}.${suffix}`,
    args: [own],
    memo: {
      ...{ run, begun: run, mode: 'full', requestHash, source: showEndpoint(request.source) },
      ...{ target: request.target, host: request.source.host },
    },
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    staticSummary: `${suffix} for ${input.name}`,
  })
}
