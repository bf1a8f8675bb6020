import type { Command } from 'commander'
import { Failure } from '../../model/failure.ts'
import type { Cli } from './cli.ts'
import { migrationOptions, type RunFlags, withExamples, withSources, withVerbosity } from './options.ts'
import { type Ended, runPrepared, showEnding } from './run.ts'

interface AssessFlags extends RunFlags {
  showValues?: boolean
}

/** `longhaul assess`: every value of the source looked at, and what that means for a target. */
export function addAssess(program: Command, cli: Cli): void {
  const command = program
    .command('assess')
    .description('Look at every value of a source: what it holds, what that becomes, what is in the way')
  withVerbosity(withSources(command)).option(
    '--show-values',
    'show the value of each example as well: on the screen, and in the files of the assessment',
  )
  withExamples(command, [
    ['assess --from sqlite:app.db', 'types, formats and findings, for a new database'],
    ['assess --from sqlite:app.db --to postgresql://me@localhost/app --json', 'for this target, as JSON'],
    ['assess --from sqlite:app.db --show-values', 'what the odd values are, and not only where'],
  ]).action((flags: AssessFlags) => assessCommand(cli, flags))
}

async function assessCommand(cli: Cli, flags: AssessFlags): Promise<void> {
  const { prepareRun } = await import('../request.ts')
  const options = { ...(await migrationOptions(flags)), showValues: flags.showValues ?? false }
  const prepared = prepareRun(options, 'preflight', cli.around.here, 'source only')
  await runPrepared(cli, flags, prepared, { mode: 'preflight', show: showAssessed })
}

async function showAssessed(cli: Cli, ended: Ended): Promise<void> {
  const { readAssessment } = await import('../report.ts')
  const found = readAssessment(ended.result, cli.around)
  if (!found) return showEnding(cli, ended)
  cli.out.print(found.text.trimEnd())
  cli.out.document(found.document)
  cli.out.say(`The assessment is in ${found.markdown} and ${found.json}`)
  if (ended.failure) cli.out.warn(new Failure(ended.failure).message)
}
