import type { Command } from 'commander'
import { EXIT } from '../../model/failure.ts'
import type { Paused } from '../pause.ts'
import type { Cli } from './cli.ts'
import { seconds, withExamples } from './options.ts'
import { byOf, type OrderFlags, orderCommand, withOrder } from './order.ts'

interface PauseFlags extends OrderFlags {
  table?: string
  wait?: number
}

/** `longhaul pause ID`: work stops at its next boundary, and its sessions are closed, until the resume. */
export function addPause(program: Command, cli: Cli): void {
  const command = program
    .command('pause')
    .description('Hold a run, or one table of it: what is under way ends its chunk, sessions are closed')
  withExamples(
    withOrder(command)
      .option('--table <name>', 'only this table (its name in the source)')
      .option('--wait <seconds>', 'how long to wait until the pause holds (default: 60)', seconds),
    [
      ['pause app-1a2b3c', 'status 0 once nothing of it is under way; 6: ordered, but not yet so'],
      ['pause app-1a2b3c --table events --by ana --comment "index first"', 'one table; others go on'],
    ],
  ).action((id: string, flags: PauseFlags) => pauseCommand(cli, id, flags))
}

async function pauseCommand(cli: Cli, id: string, flags: PauseFlags): Promise<void> {
  const { pause } = await import('../pause.ts')
  const { table, wait } = flags
  const options = {
    ...byOf(flags),
    ...(table !== undefined && { table }),
    ...(wait !== undefined && { wait }),
    onStill: (still: string[]) => cli.out.say(`Still at work: ${still.join(', ')}`),
  }
  await orderCommand(
    cli,
    flags,
    temporal => pause(temporal, id, options),
    given => told(cli, given),
  )
}

function told(cli: Cli, { holds, still, run }: Paused) {
  if (!holds) cli.status = EXIT.waiting
  const lines = holds
    ? ['The pause holds: nothing of it is under way, and its sessions are closed.']
    : [
        `The pause does not hold yet: ${still.join(', ')} ends first. See it with "longhaul show ${run.name}".`,
      ]
  return { lines, facts: { holds, still } }
}
