import type { Command } from 'commander'
import { showEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { Progress } from '../../model/run.ts'
import type { RunHandle } from '../handle.ts'
import { type Cli, open, withTemporal } from './cli.ts'
import { stepLine } from './lines.ts'
import { documentOf, stateOf } from './list.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'
import { showEnding } from './run.ts'
import { summary, totals } from './summary.ts'
import { progressTable } from './tables.ts'

/** `longhaul show ID`: one run as it stands. */
export function addShow(program: Command, cli: Cli): void {
  const command = program
    .command('show')
    .description('Show one run: state, steps, tables; how it ended, and where its report lies')
    .argument('<id>', 'name of the run, or the start of its UUID')
  withExamples(withVerbosity(command), [
    ['show app-1a2b3c', 'by name'],
    ['show 5f0c9e --json', 'by the start of its id, for programs'],
  ]).action((id: string, flags: Verbosity) => showCommand(cli, id, flags))
}

async function showCommand(cli: Cli, id: string, flags: Verbosity): Promise<void> {
  const { out, around } = open(cli, flags)
  const { attach, progress, waitFor } = await import('../index.ts')
  await withTemporal(cli, around, async temporal => {
    const run = await attach(temporal, id)
    if (!run.open) return showEnding(cli, { ...(await waitFor(temporal, run)), handle: run })
    const asked = await progress(temporal, run).catch(unanswered)
    const known = asked instanceof Failure ? undefined : asked
    out.print(runText(run, known))
    out.document({ ...documentOf(run), ...(known && { progress: known }) })
    if (asked instanceof Failure) out.warn(asked.message)
  })
}

/** What Temporal keeps can be shown with no worker alive. */
function unanswered(error: unknown): Failure {
  if (error instanceof Failure && error.code === 'no-server') return error
  throw error
}

function runText(run: RunHandle, progress: Progress | undefined): string {
  const { name, memo, page, startedAt } = run
  const head = [
    `Run:      ${name} (${progress?.run ?? memo.run})`,
    `State:    ${progress?.state ?? stateOf(run)}`,
    ...(progress?.waitingFor ? [`Waits:    for ${progress.waitingFor}`] : []),
    `From:     ${memo.source}`,
    `To:       ${showEndpoint(memo.target)}`,
    `Started:  ${startedAt.toISOString()}`,
    ...(page ? [`Temporal: ${page}`] : []),
  ].join('\n')
  if (!progress) return head
  const steps = progress.steps.map(step => `  ${stepLine(step)}`).join('\n')
  const tables = progress.tables.length
    ? [progressTable(progress.tables), summary(totals(progress), undefined)]
    : []
  return [head, `Steps:\n${steps}`, ...tables].join('\n\n')
}
