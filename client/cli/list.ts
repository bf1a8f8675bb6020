import type { Command } from 'commander'
import { showEndpoint } from '../../model/endpoint.ts'
import type { TakenBack } from '../../model/taken-back.ts'
import type { RunHandle } from '../handle.ts'
import { stateOf } from '../run-state.ts'
import { type Cli, open, withTemporal } from './cli.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'
import { type Column, duration, moment, table } from './text.ts'

/** `longhaul list`: the runs that the Temporal server knows. */
export function addList(program: Command, cli: Cli): void {
  const command = program
    .command('list')
    .description('List the runs that the Temporal server knows, newest first')
  withExamples(withVerbosity(command), [
    ['list', 'names, states, times'],
    ['list --json', 'the same for programs'],
  ]).action((flags: Verbosity) => listCommand(cli, flags))
}

async function listCommand(cli: Cli, flags: Verbosity): Promise<void> {
  const { out, around } = open(cli, flags)
  const { listRuns } = await import('../handle.ts')
  const { takenBack } = await import('../taken-back.ts')
  await withTemporal(cli, around, async temporal => {
    const backOf = await takenBack(temporal)
    const runs: Listed[] = []
    for await (const run of listRuns(temporal)) {
      const back = backOf(run)
      runs.push(back ? { ...run, takenBack: back } : run)
    }
    out.print(
      runs.length
        ? table(COLUMNS, runs)
        : 'No run yet. "longhaul full --from sqlite:app.db --to URL" starts one.',
    )
    out.document(runs.map(documentOf))
  })
}

/** A run, and whether it was taken back since. */
type Listed = RunHandle & { takenBack?: TakenBack }

/** How it stands by now. */
const standing = (run: Listed): string =>
  run.takenBack?.whole ? 'rolled back' : `${stateOf(run)}${run.takenBack ? ', partly rolled back' : ''}`

const COLUMNS: Column<Listed>[] = [
  { title: 'name', value: run => run.name },
  { title: 'state', value: standing },
  { title: 'started', value: run => moment(run.startedAt) },
  {
    title: 'took',
    value: run => (run.endedAt ? duration((+run.endedAt - +run.startedAt) / 1000) : ''),
    align: 'right',
  },
  { title: 'source', value: run => run.memo.source },
  { title: 'target', value: run => showEndpoint(run.memo.target) },
]

/** A run for programs. */
export function documentOf(run: Listed): object {
  const { name, memo, startedAt, endedAt, page, takenBack } = run
  const state = takenBack?.whole ? 'rolled back' : stateOf(run)
  return {
    ...{ name, run: memo.run, mode: memo.mode, state, open: run.open },
    ...(takenBack && { takenBack }),
    ...{ source: memo.source, target: showEndpoint(memo.target), host: memo.host },
    ...{ startedAt, ...(endedAt && { endedAt }), ...(page && { ui: page }) },
  }
}
