import type { Command } from 'commander'
import { Failure } from '../../model/failure.ts'
import type { Cli } from './cli.ts'
import { withExamples } from './options.ts'
import { byOf, type OrderFlags, orderCommand, positiveOrOff, withOrder } from './order.ts'

interface ThrottleFlags extends OrderFlags {
  rowsPerSecond?: number | 'off'
  concurrency?: number | 'off'
}

/** `longhaul throttle ID`: how much of source and target a run may take. */
export function addThrottle(program: Command, cli: Cli): void {
  const command = program
    .command('throttle')
    .description('Slow a run down, or let it go again; takes hold within a chunk')
  withExamples(
    withOrder(command)
      .option(
        '--rows-per-second <n>',
        'rows that all lanes together write in a second, or off',
        positiveOrOff,
      )
      .option('--concurrency <n>', 'lanes of all tables together, or off: as the plan says', positiveOrOff),
    [
      ['throttle app-1a2b3c --rows-per-second 5000', 'while the office is at work'],
      ['throttle app-1a2b3c --rows-per-second off --concurrency off', 'as fast as it goes'],
    ],
  ).action((id: string, flags: ThrottleFlags) => throttleCommand(cli, id, flags))
}

async function throttleCommand(cli: Cli, id: string, flags: ThrottleFlags): Promise<void> {
  const { rowsPerSecond, concurrency } = flags
  if (rowsPerSecond === undefined && concurrency === undefined) throw nothingToChange()
  const { throttle } = await import('../orders.ts')
  const order = {
    ...byOf(flags),
    ...(rowsPerSecond !== undefined && { rowsPerSecond: limitOf(rowsPerSecond) }),
    ...(concurrency !== undefined && { concurrency: limitOf(concurrency) }),
  }
  await orderCommand(cli, flags, temporal => throttle(temporal, id, order))
}

const limitOf = (limit: number | 'off'): number | null => (limit === 'off' ? null : limit)

const nothingToChange = () =>
  new Failure({
    code: 'usage',
    object: 'throttle',
    message: 'it says neither how many rows nor how many lanes',
    remedy: 'Write --rows-per-second N, --concurrency N, or "off" for either',
  })
