import type { Command } from 'commander'
import { type Cli, open, withTemporal } from './cli.ts'
import { endingText } from './ending.ts'
import { type LedgerFlags, ledgerOf, withLedger } from './ledger-flags.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'
import { runPrepared } from './run.ts'
import { plural } from './text.ts'

interface ReplayFlags extends Verbosity, LedgerFlags {
  plan?: string
}

/** `longhaul replay ID`: writes the rows that a run put into quarantine, after the plan was corrected. */
export function addReplay(program: Command, cli: Cli): void {
  const command = program
    .command('replay')
    .description(
      'Write the rows that a run put into quarantine or rejected, after the plan file was corrected',
    )
    .argument('<id>', 'name of the run, or the start of its UUID')
    .option('--plan <file>', 'plan file (YAML) with other casts or policies for what did not fit')
  withExamples(withVerbosity(withLedger(command)), [
    ['replay app-1a2b3c --plan corrected.yaml', 'status 0 once nothing is left in quarantine, else 4'],
    ['replay app-1a2b3c', 'the same settings once more, as after rows of the target were corrected'],
  ]).action((id: string, flags: ReplayFlags) => replayCommand(cli, id, flags))
}

async function replayCommand(cli: Cli, id: string, flags: ReplayFlags): Promise<void> {
  const { out, around } = open(cli, flags)
  const { readPlanFile } = await import('../plan-files.ts')
  const { findRun } = await import('../handle.ts')
  const { replayRun, replayTarget } = await import('../replay.ts')
  const { readReport } = await import('../report.ts')
  const { ledgerEndpoint } = await import('../target.ts')
  const file = flags.plan === undefined ? undefined : readPlanFile(flags.plan)
  const { hasRejected, prepareAgain } = await import('../again.ts')
  if (hasRejected(id, around))
    return runPrepared(cli, flags, prepareAgain(id, 'rejected', around, file), { mode: 'full' })
  const target = ledgerOf(flags, around)
  await withTemporal(cli, around, async temporal => {
    const run = target ? undefined : await findRun(temporal, id)
    const what = await replayTarget(target ?? ledgerEndpoint(run!.memo.target), run?.name ?? id, around)
    out.say(`Replaying the quarantine of run ${what.name} (${what.run})`)
    const { replayed, left, result } = await replayRun(temporal, what, file)
    const report = readReport(result, around)
    out.print(`${plural(replayed, 'row')} replayed, ${left} left in quarantine.\n`)
    out.print(endingText({ result, mode: 'full', ...(report && { report }) }))
    out.document({ replayed, left, ...result })
    cli.status = result.exit
  })
}
