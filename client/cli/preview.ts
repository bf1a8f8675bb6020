import type { Command } from 'commander'
import { Failure } from '../../model/failure.ts'
import type { Cli } from './cli.ts'
import { withReading } from './file-flags.ts'
import { migrationOptions, type RunFlags, withExamples, withVerbosity } from './options.ts'
import { positive } from './order.ts'
import { type Ended, runPrepared, showEnding } from './run.ts'

interface PreviewFlags extends RunFlags {
  rows?: number
}

const USUAL_ROWS = 20

/** `longhaul preview PLAN`: what a mapping makes of the first rows, side by side. */
export function addPreview(program: Command, cli: Cli): void {
  const command = program
    .command('preview')
    .description('Show what the mapping of a plan file makes of rows, before and after; nothing is written')
    .argument('<plan>', 'plan file (YAML) with a mapping')
    .option('--from <url>', 'source, in place of the one in the plan')
    .option('--to <url>', 'target, in place of the one in the plan')
    .option('--rows <n>', `of each source of the mapping (default: ${USUAL_ROWS})`, positive)
  withExamples(withReading(withVerbosity(command)), [
    ['preview users.yaml', 'the first rows, by the code that a run uses'],
    ['preview users.yaml --rows 3 --json', 'for programs'],
  ]).action((plan: string, flags: PreviewFlags) => previewCommand(cli, plan, flags))
}

async function previewCommand(cli: Cli, plan: string, flags: PreviewFlags): Promise<void> {
  const { prepareRun } = await import('../request.ts')
  const options = await migrationOptions({ ...flags, plan })
  if (!options.file?.mapping) throw noMapping(plan)
  const wishes = { ...options, preview: flags.rows ?? USUAL_ROWS }
  const prepared = prepareRun(wishes, 'preflight', cli.around.here)
  await runPrepared(cli, flags, prepared, { mode: 'preflight', show: showPreviewed })
}

async function showPreviewed(cli: Cli, ended: Ended): Promise<void> {
  const { readPreview } = await import('../report.ts')
  const { showPreview } = await import('../../model/mapping/show-preview.ts')
  const preview = readPreview(ended.result, cli.around)
  if (!preview) return showEnding(cli, ended)
  cli.out.print(showPreview(preview))
  cli.out.document(preview)
  if (ended.failure) cli.out.warn(new Failure(ended.failure).message)
}

const noMapping = (plan: string) =>
  new Failure({
    code: 'usage',
    object: `plan file ${plan}`,
    message: 'it has no mapping, so rows go as they are',
    remedy: 'Write one; "longhaul plan --suggest" makes a first one from both sides',
  })
