import { type Command, Option } from 'commander'
import type { Cli } from './cli.ts'
import { type FollowFlags, withExamples, withWait } from './options.ts'
import { byOf, type OrderFlags, orderCommand, withOrder } from './order.ts'
import { runPrepared } from './run.ts'

interface RetryFlags extends OrderFlags, FollowFlags {
  table?: string
  failed?: true
}

/** `longhaul retry ID`: what failed is tried again, once its cause is removed. */
export function addRetry(program: Command, cli: Cli): void {
  const command = program
    .command('retry')
    .description(
      'Try again what failed, from where it was: one table, all that a run waits for, or its failed files',
    )
  const parts = withWait(withOrder(command))
    .addOption(new Option('--table <name>', 'only this table (its name in the source)').conflicts('failed'))
    .option('--failed', 'of a run that has ended: just the files that failed, as a run of its own')
  withExamples(parts, [
    ['retry app-1a2b3c', 'all tables that failed, after what was in the way is gone'],
    ['retry app-1a2b3c --table events', 'one of them'],
    ['retry exports-1a2b3c --failed', 'the files that could not be read or written, once they are mended'],
  ]).action(async (id: string, flags: RetryFlags) => {
    if (flags.failed) return failedAgain(cli, id, flags)
    const { retry } = await import('../orders.ts')
    const { table } = flags
    const order = { ...byOf(flags), ...(table !== undefined && { table }) }
    await orderCommand(cli, flags, temporal => retry(temporal, id, order))
  })
}

async function failedAgain(cli: Cli, id: string, flags: RetryFlags): Promise<void> {
  const { prepareAgain } = await import('../again.ts')
  await runPrepared(cli, flags, prepareAgain(id, 'failed', cli.around), { mode: 'full' })
}
