import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type RunFlags, withExamples, withRunning, withSources } from './options.ts'
import { runCommand } from './run.ts'

/** `longhaul data`: rows into tables that are there. */
export function addData(program: Command, cli: Cli): void {
  const command = program
    .command('data')
    .description('Load rows into tables that "schema" or the application made, and compare')
  withExamples(withRunning(withSources(command)), [
    ['data --from sqlite:app.db --to postgresql://me@localhost/app', 'load all tables'],
    ['data --from sqlite:app.db --to prod --tables users', 'load one'],
  ]).action((flags: RunFlags) =>
    // Rows without tables go into the tables that are there: to refuse them would refuse every run.
    runCommand(cli, flags, { mode: 'full', scope: 'data', ifExists: 'use' }),
  )
}
