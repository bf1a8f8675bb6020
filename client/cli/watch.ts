import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type FollowFlags, withExamples, withVerbosity, withWait } from './options.ts'
import { followCommand } from './run.ts'

/** `longhaul watch ID`: follows a run to its end. */
export function addWatch(program: Command, cli: Cli): void {
  const command = program
    .command('watch')
    .description('Follow a run to its end; the exit status is that of the run')
    .argument('<id>', 'name of the run, or the start of its UUID')
  withExamples(withWait(withVerbosity(command)), [
    ['watch app-1a2b3c', 'live on a terminal; Ctrl-C ends the watching'],
    ['watch app-1a2b3c --quiet --json', 'wait for the result'],
  ]).action((id: string, flags: FollowFlags) => followCommand(cli, flags, id))
}
