import type { Command } from 'commander'
import type { Waiting } from '../../model/control.ts'
import { showEndpoint } from '../../model/endpoint.ts'
import type { Account } from '../account.ts'
import { answersTo } from '../answers.ts'
import type { RunHandle } from '../handle.ts'
import { answerLines } from './answer-lines.ts'
import { type Cli, open, withTemporal } from './cli.ts'
import { eventLine, signOffLine } from './events.ts'
import { stepLine } from './lines.ts'
import { documentOf } from './list.ts'
import { withExamples, withVerbosity } from './options.ts'
import { unattended } from './order.ts'
import type { Verbosity } from './output.ts'
import { showEnding } from './run.ts'
import { summary, totals } from './summary.ts'
import { progressTable } from './tables.ts'

/** `longhaul show ID`: one run as it stands. */
export function addShow(program: Command, cli: Cli): void {
  const command = program
    .command('show')
    .description(
      'Show one run: steps, tables, orders, what it waits for; how it ended, and where its report lies',
    )
    .argument('<id>', 'name of the run, or the start of its UUID')
  withExamples(withVerbosity(command), [
    ['show app-1a2b3c', 'by name; answers also where no worker polls'],
    ['show 5f0c9e --json', 'by the start of its id, for programs'],
  ]).action((id: string, flags: Verbosity) => showCommand(cli, id, flags))
}

async function showCommand(cli: Cli, id: string, flags: Verbosity): Promise<void> {
  const { out, around } = open(cli, flags)
  const { attach, waitFor } = await import('../index.ts')
  const { accountOf, rollbackOf } = await import('../account.ts')
  const { takenBack } = await import('../taken-back.ts')
  await withTemporal(cli, around, async temporal => {
    const run = await attach(temporal, id)
    if (!run.open) {
      tellRollback(cli, run.name, await rollbackOf(temporal, run))
      const back = (await takenBack(temporal, run.name))(run)
      const outcome = await waitFor(temporal, run)
      return showEnding(cli, { ...outcome, handle: run, ...(back && { takenBack: back }) })
    }
    const account = await accountOf(temporal, run)
    const { progress, events, answered } = account
    const answers = answersTo(run.name, progress.waiting ?? [])
    const attended = !temporal.embedded || temporal.joined
    out.print(runText(run, account))
    if (!answered) out.warn(NOBODY)
    else if (!attended) out.say(unattended(run.name))
    out.document({ ...documentOf(run), state: progress.state, progress, events, answers, answered, attended })
  })
}

/** A run that has ended may be on its way back. */
function tellRollback({ out }: Cli, name: string, waiting: Waiting[] | undefined): void {
  if (!waiting) return
  const waits = waiting.map(({ text }) => `It waits for ${text}.`)
  const answers = waiting.length > 0 ? [`Then "longhaul retry ${name}" goes on with it.`] : []
  out.warn([`A rollback of run ${name} is under way.`, ...waits, ...answers].join(' '))
}

const NOBODY =
  'No worker is polling: this is what Temporal and the ledger have on record, and nothing works on the run. Start one with "longhaul up" or "longhaul worker".'

function runText(run: RunHandle, { progress, events }: Account): string {
  const { name, memo, page, startedAt } = run
  const { orders = [], signOffs = [], waiting = [] } = progress
  const head = [
    `Run:      ${name} (${progress.run})`,
    `State:    ${progress.state}`,
    ...(progress.waitingFor ? [`Waits:    for ${progress.waitingFor}`] : []),
    ...answerLines(answersTo(name, waiting)),
    ...(orders.length > 0 ? [`Orders:   ${orders.join(', ')}`] : []),
    `From:     ${memo.source}`,
    `To:       ${showEndpoint(memo.target)}`,
    `Started:  ${startedAt.toISOString()}`,
    ...(page ? [`Temporal: ${page}`] : []),
  ].join('\n')
  const tables = progress.tables.length
    ? [progressTable(progress.tables), summary(totals(progress), undefined)]
    : []
  return [
    head,
    section(
      'Steps',
      progress.steps.map(step => `  ${stepLine(step)}`),
    ),
    ...tables,
    section('Sign-offs', signOffs.map(signOffLine)),
    section('What operators did', events.map(eventLine)),
  ]
    .filter(Boolean)
    .join('\n\n')
}

const section = (title: string, lines: string[]): string =>
  lines.length > 0 ? `${title}:\n${lines.join('\n')}` : ''
