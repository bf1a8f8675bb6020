import type { Command } from 'commander'
import { Failure } from '../../model/failure.ts'
import type { Cli } from './cli.ts'
import { type RunFlags, withExamples, withRunning } from './options.ts'
import { runPrepared } from './run.ts'

/** `longhaul start PLAN`: runs a plan file, or exactly the plan that `plan --out` wrote. */
export function addStart(program: Command, cli: Cli): void {
  const command = program
    .command('start')
    .description('Run a plan: a plan file (YAML), or exactly the plan that "plan --out" wrote')
    .argument('<plan>', 'the file')
    .option('--id <name>', 'name of the run (default: the one in the plan)')
  withExamples(withRunning(command), [
    ['start plan.yaml', 'plan and run; source and target stand in the file'],
    ['start reviewed.json', 'status 3 where source or target have drifted since the plan was made'],
  ]).action((path: string, flags: RunFlags) => startCommand(cli, path, flags))
}

async function startCommand(cli: Cli, path: string, flags: RunFlags): Promise<void> {
  const { readPlan } = await import('../plan-files.ts')
  const { named, prepareRun } = await import('../request.ts')
  const plan = readPlan(path)
  const id = flags.id
  if ('file' in plan) {
    const prepared = prepareRun({ file: plan.file, ...(id && { id }) }, 'full', cli.around.here)
    return runPrepared(cli, flags, prepared, { mode: 'full' })
  }
  const { request, name } = plan.document
  requireHost(cli, path, request.source.host)
  const prepared = named(request, 'full', id ?? name)
  await runPrepared(cli, flags, { ...prepared, expectHash: plan.document.plan.hash }, { mode: 'full' })
}

/** Only a worker on the host of the file can run the plan; an embedded stack is on this one. */
function requireHost({ around }: Cli, path: string, host: string): void {
  if (host === around.here.host || around.env.TEMPORAL_ADDRESS) return
  throw new Failure({
    code: 'usage',
    object: `plan ${path}`,
    message: `it was made for a file on host ${host}, and this is ${around.here.host}`,
    remedy: 'Start it there, or make it again here',
  })
}
