import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type RunFlags, withExamples, withRunning, withSources } from './options.ts'
import { runCommand } from './run.ts'

/** `longhaul schema`: tables, keys and indexes without rows. */
export function addSchema(program: Command, cli: Cli): void {
  const command = program
    .command('schema')
    .description('Make the tables with their keys and indexes, without rows')
  withExamples(withRunning(withSources(command)), [
    [
      'schema --from sqlite:app.db --to postgresql://me@localhost/app',
      'make the tables; "data" loads them later',
    ],
  ]).action((flags: RunFlags) => runCommand(cli, flags, { mode: 'full', scope: 'schema' }))
}
