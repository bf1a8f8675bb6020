/** What the commands of operators have in common: the run, who says so, the answer, and who works on it afterwards. */
import { type Command, InvalidArgumentError } from 'commander'
import type { GivenOrder } from '../order.ts'
import type { Temporal } from '../stack.ts'
import { type Cli, open, withTemporal } from './cli.ts'
import { withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'

export interface OrderFlags extends Verbosity {
  by?: string
  comment?: string
}

/** The run, and who gives the order. */
export function withOrder(command: Command): Command {
  return withVerbosity(command.argument('<id>', 'name of the run, or the start of its UUID'))
    .option('--by <name>', 'who says so, for the ledger and the report')
    .option('--comment <text>', 'why, for the ledger and the report')
}

/** Gives the order, shows the answer, and says so where nobody works on the run after this command. */
export async function orderCommand<Given extends GivenOrder>(
  cli: Cli,
  flags: OrderFlags,
  give: (temporal: Temporal) => Promise<Given>,
  more: (given: Given) => { lines?: string[]; facts?: object } = () => ({}),
): Promise<void> {
  const { out, around } = open(cli, flags)
  await withTemporal(cli, around, async temporal => {
    const given = await give(temporal)
    const { name, memo } = given.run
    const { lines = [], facts = {} } = more(given)
    out.print([`${given.message.charAt(0).toUpperCase()}${given.message.slice(1)}.`, ...lines].join('\n'))
    const attended = !temporal.embedded || temporal.joined
    if (!attended) out.say(unattended(name))
    out.document({ run: memo.run, name, message: given.message, ...facts, attended })
  })
}

/** A stack that was started for a command ends with it. */
export const unattended = (name: string): string =>
  `Nothing works on run ${name} once this command has ended: "longhaul watch ${name}", the command that began it, or "longhaul up" goes on with it.`

/** Who and why, as far as they were said. */
export const byOf = ({ by, comment }: OrderFlags): { by?: string; comment?: string } => ({
  ...(by !== undefined && { by }),
  ...(comment !== undefined && { comment }),
})

/** A whole number from 1. */
export function positive(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value > 0 && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('Write a whole number from 1.')
}

/** A whole number from 1, or `off`. */
export const positiveOrOff = (text: string): number | 'off' => (text === 'off' ? text : positive(text))
