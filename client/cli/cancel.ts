import type { Command } from 'commander'
import { Failure } from '../../model/failure.ts'
import { type Cli, open, withTemporal } from './cli.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'
import { followCommand } from './run.ts'

/** A run that waits for somebody hears of its end a moment later; seconds. */
const SETTLING = 15

/** `longhaul cancel ID`: ends a run in order. */
export function addCancel(program: Command, cli: Cli): void {
  const command = program
    .command('cancel')
    .description('End a run in order: what is committed stays and can be gone on with, or taken back')
    .argument('<id>', 'name of the run, or the start of its UUID')
  withExamples(withVerbosity(command), [
    ['cancel app-1a2b3c', 'and wait until its chunks have ended'],
  ]).action((id: string, flags: Verbosity) => cancelCommand(cli, id, flags))
}

async function cancelCommand(cli: Cli, id: string, flags: Verbosity): Promise<void> {
  const { around } = open(cli, flags)
  const { attach } = await import('../index.ts')
  await withTemporal(cli, around, async temporal => {
    const run = await attach(temporal, id)
    if (!run.open)
      throw new Failure({ code: 'usage', object: `run ${run.name}`, message: 'it has ended already' })
    await temporal.client.workflow.getHandle(run.workflowId, run.execution).cancel()
  })
  await followCommand(cli, { ...flags, wait: SETTLING }, id)
}
