import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { showEndpoint } from '../../model/endpoint.ts'
import { EXIT } from '../../model/failure.ts'
import type { RollbackTarget } from '../rollback.ts'
import { type Cli, interruptible, open, withTemporal } from './cli.ts'
import { type LedgerFlags, ledgerOf, withLedger } from './ledger-flags.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'

interface RollbackFlags extends Verbosity, LedgerFlags {
  yes?: boolean
}

/** `longhaul rollback ID`: takes back what a run made in its target. */
export function addRollback(program: Command, cli: Cli): void {
  const command = program
    .command('rollback')
    .description('Take a run back: what it made in the target is gone, what was there before is as it was')
    .argument('<id>', 'name of the run, or the start of its UUID')
  withExamples(withVerbosity(withLedger(command).option('--yes', 'do not ask')), [
    ['rollback app-1a2b3c', 'asks first, on a terminal'],
    ['rollback app-1a2b3c --yes --json', 'for scripts'],
    ['rollback app-1a2b3c --postgres prod', 'where its Temporal server is no more'],
  ]).action((id: string, flags: RollbackFlags) => rollbackCommand(cli, id, flags))
}

async function rollbackCommand(cli: Cli, id: string, flags: RollbackFlags): Promise<void> {
  const { out, around } = open(cli, flags)
  const { findByName, findRun } = await import('../handle.ts')
  const { rollbackRun, rollbackTarget, rollbackTargetIn } = await import('../rollback.ts')
  const target = ledgerOf(flags, around)
  await withTemporal(cli, around, async temporal => {
    const run = target ? undefined : await findRun(temporal, id)
    const what = run ? await rollbackTarget(temporal, run) : await rollbackTargetIn(target!, id, around)
    if (!flags.yes && !(await confirmed(cli, what))) return
    out.say(`Taking back run ${what.name} (${what.run})`)
    const result = await rollbackRun(temporal, what, run ?? (await findByName(temporal, what.name)))
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
