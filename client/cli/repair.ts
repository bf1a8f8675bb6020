import type { Command } from 'commander'
import { EXIT } from '../../model/failure.ts'
import { showName } from '../../model/name-text.ts'
import type { RepairResult } from '../../model/payloads.ts'
import { leftText, REPAIRS, type RepairedTable, type RepairKind, repairedText } from '../../model/repair.ts'
import { type Cli, open, withTemporal } from './cli.ts'
import { endingText } from './ending.ts'
import { type LedgerFlags, ledgerOf, withLedger } from './ledger-flags.ts'
import { list, withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'
import { plural } from './text.ts'

interface RepairFlags extends Verbosity, LedgerFlags, Partial<Record<RepairKind, boolean>> {
  tables?: string[]
}

/** `longhaul repair ID`: writes, overwrites and removes rows of the target that are not as in the source. */
export function addRepair(program: Command, cli: Cli): void {
  const command = program
    .command('repair')
    .description(
      'Make the rows that differ those of the source: each kind by its flag, without one only counted',
    )
    .argument('<id>', 'a run that has ended, or a comparison by check: its name, or the start of its UUID')
    .option('--missing', 'write rows that the target lacks')
    .option('--different', 'overwrite rows of the target that have other values')
    .option('--surplus', 'remove rows of the target that the source has not')
    .option('--tables <names>', 'only these tables, with commas between them', list)
  withExamples(withVerbosity(withLedger(command)), [
    ['repair app-1a2b3c', 'what would be done: status 0 if all is equal, else 4; nothing is written'],
    ['repair app-1a2b3c --missing --different', 'no row of the target goes'],
    ['repair app-1a2b3c --missing --different --surplus --tables orders', 'one table, whole'],
  ]).action((id: string, flags: RepairFlags) => repairCommand(cli, id, flags))
}

async function repairCommand(cli: Cli, id: string, flags: RepairFlags): Promise<void> {
  const { out, around } = open(cli, flags)
  const { findRun } = await import('../handle.ts')
  const { repairRun, repairTarget, repairTargetIn } = await import('../repair.ts')
  const { readReport } = await import('../report.ts')
  const target = ledgerOf(flags, around)
  const kinds = REPAIRS.filter(kind => flags[kind])
  const { tables } = flags
  await withTemporal(cli, around, async temporal => {
    const what = target
      ? await repairTargetIn(target, id, around)
      : await repairTarget(await findRun(temporal, id), around)
    out.say(`${kinds.length > 0 ? 'Repairing' : 'Comparing'} the rows of run ${what.name} (${what.run})`)
    const repaired = await repairRun(temporal, what, { kinds, ...(tables && { tables }) })
    const { result } = repaired
    if (!result) out.print(countText(what.name, repaired))
    else {
      const report = readReport(result, around)
      out.print(`${tablesText(repaired)}\n`)
      out.print(endingText({ result, mode: what.ledger ? 'full' : 'check', ...(report && { report }) }))
    }
    out.document({ run: what.run, name: what.name, kinds, ...repaired })
    cli.status = result?.exit ?? (repaired.tables.length > 0 ? EXIT.differences : EXIT.complete)
  })
}

/** What differs, and how it would be repaired. */
function countText(name: string, { tables, looked }: RepairResult): string {
  if (tables.length === 0) return `${plural(looked, 'table')} compared: equal. There is nothing to repair.`
  const needed = REPAIRS.filter(kind => tables.some(({ left }) => left[kind] > 0)).map(kind => `--${kind}`)
  const how =
    needed.length > 0
      ? `\n\nNothing was written. Repair with: longhaul repair ${name} ${needed.join(' ')}`
      : ''
  return `${tables.flatMap(tableLines).join('\n')}${how}`
}

/** What was done, by table. */
function tablesText({ tables, undo }: RepairResult): string {
  const lines = tables.length > 0 ? tables.flatMap(tableLines) : ['There was nothing to repair.']
  return [...lines, ...(undo ? [`The rows as they were: ${undo}`] : [])].join('\n')
}

function tableLines({ table, done, left, verdict, reasons }: RepairedTable): string[] {
  const changed = Object.values(done).some(rows => rows > 0)
  const parts = [
    ...(changed ? [repairedText(done)] : []),
    ...(verdict === 'equal' ? ['equal now'] : []),
    ...(leftText(left) ? [leftText(left)] : []),
  ]
  return [
    `table ${showName(table)}: ${parts.join('; ') || 'differs'}`,
    ...reasons.map(reason => `  ${reason}`),
  ]
}
