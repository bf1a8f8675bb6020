import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type DecisionFlags, decisionOf, withDecision } from './decision.ts'
import { withExamples } from './options.ts'
import { orderCommand } from './order.ts'

/** `longhaul approve ID --step GATE`: the sign-off at a gate. */
export function addApprove(program: Command, cli: Cli): void {
  const command = program
    .command('approve')
    .description('Let a run pass the gate at which it waits; the sign-off stands in the report')
  withExamples(withDecision(command), [
    [
      'approve app-1a2b3c --step before-copy --by ana --comment "plan read"',
      'nothing was written to the tables so far',
    ],
    ['approve app-1a2b3c --step before-cutover --by ben', 'the rows were compared; the run is done'],
  ]).action(async (id: string, flags: DecisionFlags) => {
    const { approve } = await import('../orders.ts')
    await orderCommand(cli, flags, temporal => approve(temporal, id, decisionOf(flags)))
  })
}
