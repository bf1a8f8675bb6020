import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type RunFlags, withExamples, withPlanning, withRunning } from './options.ts'
import { runCommand } from './run.ts'

/** `longhaul full`: the whole job. */
export function addFull(program: Command, cli: Cli): void {
  const command = program
    .command('full')
    .description('Migrate: preflight, backup, schema, copy, finish, validate, report')
  withExamples(withRunning(withPlanning(command)), [
    [
      'full --from sqlite:app.db --to postgresql://me@localhost/app',
      'migrate a file; the same words again go on after whatever was killed',
    ],
    ['full --sqlite app.db --postgres prod --tables users,orders', 'two tables, to the connection "prod"'],
    ['full --plan plan.yaml --on-failure rollback --json', 'for scripts: all or nothing, the result as JSON'],
  ]).action((flags: RunFlags) => runCommand(cli, flags, { mode: 'full' }))
}
