import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { withExamples } from './options.ts'
import { byOf, type OrderFlags, orderCommand, withOrder } from './order.ts'

/** `longhaul resume ID`: a paused run goes on where it was. */
export function addResume(program: Command, cli: Cli): void {
  const command = program.command('resume').description('Let a paused run, or a paused table, go on')
  withExamples(withOrder(command).option('--table <name>', 'only this table (its name in the source)'), [
    ['resume app-1a2b3c', 'from the chunk at which it was paused, however long ago'],
    ['resume app-1a2b3c --table events', 'one table'],
  ]).action(async (id: string, flags: OrderFlags & { table?: string }) => {
    const { resume } = await import('../orders.ts')
    const { table } = flags
    const order = { ...byOf(flags), ...(table !== undefined && { table }) }
    await orderCommand(cli, flags, temporal => resume(temporal, id, order))
  })
}
