/** What a decision at a gate needs: which gate, and who decides. */
import { type Command, Option } from 'commander'
import { GATES } from '../../model/control.ts'
import type { Decision } from '../orders.ts'
import { withVerbosity } from './options.ts'
import type { OrderFlags } from './order.ts'

export type DecisionFlags = OrderFlags & Decision

/** The run, the gate, and who signs. */
export function withDecision(command: Command): Command {
  return withVerbosity(command.argument('<id>', 'name of the run, or the start of its UUID'))
    .addOption(new Option('--step <gate>', 'the gate').choices(GATES).makeOptionMandatory())
    .requiredOption('--by <name>', 'who decides, for the report')
    .option('--comment <text>', 'why, for the report')
}

export const decisionOf = ({ step, by, comment }: DecisionFlags): Decision => ({
  step,
  by,
  ...(comment !== undefined && { comment }),
})
