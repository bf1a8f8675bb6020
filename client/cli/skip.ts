import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { withExamples } from './options.ts'
import { byOf, type OrderFlags, orderCommand, withOrder } from './order.ts'

/** `longhaul skip ID --table T`: the run goes on without a table. */
export function addSkip(program: Command, cli: Cli): void {
  const command = program
    .command('skip')
    .description('Leave a table out: what was made of it is taken back, and the run ends with status 4')
  withExamples(withOrder(command).requiredOption('--table <name>', 'the table (its name in the source)'), [
    ['skip app-1a2b3c --table audit_log --by ana --comment "comes later"', 'the report names it, and who'],
  ]).action(async (id: string, flags: OrderFlags & { table: string }) => {
    const { skip } = await import('../orders.ts')
    const order = { ...byOf(flags), table: flags.table }
    await orderCommand(cli, flags, temporal => skip(temporal, id, order))
  })
}
