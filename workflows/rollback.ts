/** Takes a run back, driven by the ledger alone: works after terminate, and beside attempts that do not know. */
import { allHandlersFinished, condition, patched } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { type BackedUp, type RollbackCheck, type RolledBack, WHOLE } from '../model/rollback.ts'
import { rollbackText } from '../model/rollback-text.ts'
import { Work } from './carry.ts'
import { factsOf, failureOf } from './failures.ts'
import type { RollbackInput, RollbackResult } from './messages.ts'
import { anyWork } from './proxies.ts'
import { Undo } from './undo.ts'

export async function rollback(input: RollbackInput): Promise<RollbackResult> {
  if (!patched('rollback is checked')) return unchecked(input)
  const undo = new Undo(input)
  const work = new Work(undo, input.limits)
  // The dump lies on one host; everything else any worker does.
  const desk = input.scope?.kind === 'database' && input.host !== undefined ? work.on(input.host) : work.any
  const result = await takeBack(input, undo, desk)
  if (!allHandlersFinished()) await condition(allHandlersFinished)
  return result
}

/** As it was before rollbacks had a check: for histories that began so. */
async function unchecked({ run, name, target, limits }: RollbackInput): Promise<RollbackResult> {
  const outcome = (await anyWork(limits).rollBack({ run, target })) as RolledBack | number
  const undone = typeof outcome === 'number' ? outcome : outcome.undone
  return { undone, message: rollbackText(name, WHOLE, { undone, rows: 0 }) }
}

async function takeBack(input: RollbackInput, undo: Undo, desk: Activities): Promise<RollbackResult> {
  const { run, name, target, scope = WHOLE, yes = false } = input
  const startedAt = new Date().toISOString()
  undo.says('checking')
  const check = await desk.checkRollback({ run, target, scope })
  if (input.checkOnly) return { undone: 0, message: checkText(name, check), check }
  if (check.refusals.length > 0 || (check.loses && !yes)) throw refusal(input, check)
  undo.says('backing up what goes')
  const backedUp: BackedUp =
    input.backup === 'none'
      ? { text: 'no dump was made, as the operator wished' }
      : await desk.backUpBefore({ run, target, scope, loses: check.loses })
  undo.says('taking back')
  const outcome = await undo.until(() => desk.rollBack({ run, target, scope, yes }))
  undo.says('writing the report')
  const { by, comment } = input
  const report = await desk
    .reportRollback({
      ...{ run, name, target, scope, check, backedUp, outcome, startedAt },
      ...(by !== undefined && { by }),
      ...(comment !== undefined && { comment }),
    })
    // What was taken back is taken back, told or not.
    .catch(error => factsOf(error))
  const told = 'markdown' in report
  return {
    undone: outcome.undone,
    message: `${rollbackText(name, scope, outcome)}${told ? '' : `; the report could not be written: ${report.message}`}`,
    check,
    ...(backedUp.backup && { backup: backedUp.backup }),
    backedUp: backedUp.text,
    verified: outcome.verified,
    differences: outcome.differences,
    ...(told && { report }),
  }
}

const checkText = (name: string, { safe, refusals, loses }: RollbackCheck) =>
  safe
    ? `run ${name} can be taken back`
    : `run ${name} cannot be taken back like this: ${refusals[0] ?? (loses ? 'rows of others would be lost' : '')}`

const refusal = ({ name, scope }: RollbackInput, check: RollbackCheck) =>
  failureOf(
    {
      code: 'refused',
      object: `run ${name}`,
      message:
        check.refusals.length > 0
          ? `it cannot be taken back: ${check.refusals.join('; ')}`
          : 'taking it back would take rows of others away as well',
      remedy:
        check.refusals.length > 0
          ? 'Nothing was changed'
          : `Nothing was changed; --yes takes ${scope?.kind === 'database' ? 'the whole database' : 'them'} back all the same, after a dump`,
    },
    check,
  )
