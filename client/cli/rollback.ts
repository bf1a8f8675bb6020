import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { showEndpoint } from '../../model/endpoint.ts'
import { EXIT } from '../../model/failure.ts'
import type { RollbackTarget } from '../rollback.ts'
import { type Cli, interruptible, open, withTemporal } from './cli.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'

interface RollbackFlags extends Verbosity {
  yes?: boolean
}

/** `longhaul rollback ID`: takes back what a run made in its target. */
export function addRollback(program: Command, cli: Cli): void {
  const command = program
    .command('rollback')
    .description('Take a run back: what it made in the target is gone, what was there before is as it was')
    .argument('<id>', 'name of the run, or the start of its UUID')
    .option('--yes', 'do not ask')
  withExamples(withVerbosity(command), [
    ['rollback app-1a2b3c', 'asks first, on a terminal'],
    ['rollback app-1a2b3c --yes --json', 'for scripts'],
  ]).action((id: string, flags: RollbackFlags) => rollbackCommand(cli, id, flags))
}

async function rollbackCommand(cli: Cli, id: string, flags: RollbackFlags): Promise<void> {
  const { out, around } = open(cli, flags)
  const { attach } = await import('../index.ts')
  const { rollbackRun, rollbackTarget } = await import('../rollback.ts')
  await withTemporal(cli, around, async temporal => {
    const run = await attach(temporal, id)
    const what = await rollbackTarget(temporal, run)
    if (!flags.yes && !(await confirmed(cli, what))) return
    out.say(`Taking back run ${what.name} (${what.run})`)
    const result = await rollbackRun(temporal, what, run)
    out.print(`${result.message}.`)
    out.document({ run: what.run, name: what.name, ...result })
  })
}

/** Asks where somebody can answer; says what is missing where nobody can. */
async function confirmed(cli: Cli, { name, run, target }: RollbackTarget): Promise<boolean> {
  if (!process.stdin.isTTY) {
    cli.status = EXIT.waiting
    cli.out.warn(`Taking back run ${name} needs a yes, and nobody can answer here. Add --yes.`)
    return false
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const question = `Take back run ${name} (${run}) in ${showEndpoint(target)}? [y/N] `
    return /^y(es)?$/i.test((await interruptible(cli, lines.question(question))).trim())
  } finally {
    lines.close()
  }
}
