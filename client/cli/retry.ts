import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { withExamples } from './options.ts'
import { byOf, type OrderFlags, orderCommand, withOrder } from './order.ts'

/** `longhaul retry ID`: what failed is tried again, once its cause is removed. */
export function addRetry(program: Command, cli: Cli): void {
  const command = program
    .command('retry')
    .description('Try again what failed, from where it was: one table, or all that a run waits for')
  withExamples(withOrder(command).option('--table <name>', 'only this table (its name in the source)'), [
    ['retry app-1a2b3c', 'all tables that failed, after what was in the way is gone'],
    ['retry app-1a2b3c --table events', 'one of them'],
  ]).action(async (id: string, flags: OrderFlags & { table?: string }) => {
    const { retry } = await import('../orders.ts')
    const { table } = flags
    const order = { ...byOf(flags), ...(table !== undefined && { table }) }
    await orderCommand(cli, flags, temporal => retry(temporal, id, order))
  })
}
