/** Takes a run back, driven by the ledger alone: works after terminate, and beside attempts that do not know. */
import type { RollbackInput, RollbackResult } from './messages.ts'
import { anyWork } from './proxies.ts'

export async function rollback(input: RollbackInput): Promise<RollbackResult> {
  const undone = await anyWork(input.limits).rollBack({ run: input.run, target: input.target })
  return {
    undone,
    message: `${undone} object(s) taken back; nothing of run ${input.name} is left in the target`,
  }
}
