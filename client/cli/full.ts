import { type Command, Option } from 'commander'
import type { Cli } from './cli.ts'
import { withVia, withWriting } from './file-flags.ts'
import { type RunFlags, withExamples, withRunning, withSources } from './options.ts'
import { type RunWords, runCommand } from './run.ts'

/** `longhaul full`: the whole job. */
export function addFull(program: Command, cli: Cli): void {
  const command = program
    .command('full')
    .description('Migrate: preflight, backup, schema, copy, finish, validate, report')
  const parts = withVia(withWriting(withRunning(withSources(command))))
    .addOption(
      new Option('--schema-only', 'tables and all that belongs to them, no rows').conflicts('dataOnly'),
    )
    .option('--data-only', 'only rows, into tables that are there and empty')
  withExamples(parts, [
    [
      'full --from sqlite:app.db --to postgresql://me@localhost/app',
      'migrate a file; the same words again go on after whatever was killed',
    ],
    ['full --sqlite app.db --postgres prod --tables users,orders', 'two tables, to the connection "prod"'],
    [
      'full --from postgresql://me@old.example/app --to postgresql://me@new.example/app',
      'every object, and every row',
    ],
    ['full --from prod --to sqlite:app.db', 'the connection "prod" into one file'],
    [
      'full --from prod --to sqlite:app.db --via xlsx:exports/ --per dictionaries',
      'by way of a workbook for each dictionary, in a folder named by date and time',
    ],
    ['full --plan plan.yaml --on-failure rollback --json', 'for scripts: all or nothing, the result as JSON'],
  ]).action((flags: FullFlags) => runCommand(cli, flags, { mode: 'full', ...partOf(flags) }))
}

interface FullFlags extends RunFlags {
  schemaOnly?: true
  dataOnly?: true
}

/** As the commands `schema` and `data` have it. */
function partOf({ schemaOnly, dataOnly }: FullFlags): Pick<RunWords, 'scope' | 'ifExists'> {
  if (schemaOnly) return { scope: 'schema' }
  return dataOnly ? { scope: 'data', ifExists: 'use' } : {}
}
