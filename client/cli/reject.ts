import type { Command } from 'commander'
import type { Cli } from './cli.ts'
import { type DecisionFlags, decisionOf, withDecision } from './decision.ts'
import { withExamples } from './options.ts'
import { orderCommand } from './order.ts'

/** `longhaul reject ID --step GATE`: the no at a gate. */
export function addReject(program: Command, cli: Cli): void {
  const command = program
    .command('reject')
    .description('Say no at the gate at which a run waits: it ends, and its report says who and why')
  withExamples(withDecision(command), [
    [
      'reject app-1a2b3c --step before-cutover --by ben --comment "counts look wrong"',
      'it ends with status 1',
    ],
  ]).action(async (id: string, flags: DecisionFlags) => {
    const { reject } = await import('../orders.ts')
    await orderCommand(cli, flags, temporal => reject(temporal, id, decisionOf(flags)))
  })
}
