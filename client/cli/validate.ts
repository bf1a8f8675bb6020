import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type RunFlags, withExamples, withRunning, withSources } from './options.ts'
import { runCommand } from './run.ts'

/** `longhaul validate`: preflight, which reads everything and changes nothing. */
export function addValidate(program: Command, cli: Cli): void {
  const command = program
    .command('validate')
    .description('Check before: read source and target, list what is in the way, change nothing')
  withExamples(withRunning(withSources(command)), [
    [
      'validate --from sqlite:app.db --to postgresql://me@localhost/app',
      'status 0: "full" would start; 3: it would be refused',
    ],
    ['validate --sqlite app.db --postgres prod --json', 'the findings as JSON'],
  ]).action((flags: RunFlags) => runCommand(cli, flags, { mode: 'preflight' }))
}
