import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type RunFlags, withExamples, withRunning, withSources } from './options.ts'
import { runCommand } from './run.ts'

/** `longhaul import`: files into a database, beside what is there. */
export function addImport(program: Command, cli: Cli): void {
  const command = program
    .command('import')
    .description('Read files into a database, beside the rows that it has; tables that it lacks are made')
  withExamples(withRunning(withSources(command)), [
    ['import --from csv:users.csv --to postgresql://me@localhost/app', 'types by what all values are'],
    [
      'import --from xlsx:exports/ --to sqlite:app.db --conflict overwrite',
      'every workbook of a folder; rows that are there get the values of the files',
    ],
    ['import --plan users.yaml', 'with a mapping: columns, values, lookups, required fields'],
    ['import --from csv:- --to prod < users.csv', 'from standard input'],
  ]).action((flags: RunFlags) => {
    const { conflict } = flags
    const ifExists = conflict === 'skip' || conflict === 'overwrite' ? 'upsert' : 'append'
    return runCommand(cli, flags, { mode: 'full', ifExists })
  })
}
