import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type RunFlags, withExamples, withPlanning, withRunning } from './options.ts'
import { runCommand } from './run.ts'

/** `longhaul check`: compares source and target as they are. */
export function addCheck(program: Command, cli: Cli): void {
  const command = program
    .command('check')
    .description('Check afterwards: compare every row of source and target, write to neither')
  withExamples(withRunning(withPlanning(command)), [
    [
      'check --from sqlite:app.db --to postgresql://me@localhost/app',
      'status 0: equal; 4: they differ, and where',
    ],
    ['check --sqlite app.db --postgres prod --tables users --json', 'one table, as JSON'],
  ]).action((flags: RunFlags) => runCommand(cli, flags, { mode: 'check', ifExists: 'use' }))
}
