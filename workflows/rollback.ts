/** Takes a run back, driven by the ledger alone: works after terminate, and beside attempts that do not know. */
import { allHandlersFinished, condition, patched, upsertMemo } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { refusalOf } from '../model/refuse-rollback.ts'
import { type BackedUp, mayLose, type RollbackCheck, type RolledBack, WHOLE } from '../model/rollback.ts'
import { rollbackText } from '../model/rollback-text.ts'
import { takenBackBy } from '../model/taken-back.ts'
import { Work } from './carry.ts'
import { factsOf, failureOf } from './failures.ts'
import type { RollbackInput, RollbackResult } from './messages.ts'
import { anyWork } from './proxies.ts'
import { Undo } from './undo.ts'

export async function rollback(input: RollbackInput): Promise<RollbackResult> {
  if (!patched('rollback is checked')) return unchecked(input)
  const undo = new Undo(input)
  const work = new Work(undo, input.limits, input.target)
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
  const { run, name, target, scope = WHOLE } = input
  const startedAt = new Date().toISOString()
  undo.says('checking')
  const check = await desk.checkRollback({ run, target, scope })
  if (input.checkOnly) return { undone: 0, message: checkText(name, check), check }
  // Nothing is counted, dumped or told a second time: the report of the first time stays.
  if (check.already !== undefined) return { undone: 0, message: checkText(name, check), check }
  const refusal = refusalOf(input, check)
  if (refusal) throw failureOf(refusal, check)
  undo.says('backing up what goes')
  let backedUp = await backUp(input, desk, { loses: check.loses })
  undo.says('taking back')
  let accept = check.loses ? input.accept : undefined
  const outcome = await undo.until(async () => {
    // Rows of others that came after the check are in no dump yet.
    if (!mayLose(accept) && mayLose(undo.accepted)) {
      backedUp = await backUp(input, desk, { loses: true, again: true })
      accept = undo.accepted
    }
    return desk.rollBack({ run, target, scope, ...(accept && { accept }) })
  })
  if (patched('what was taken back is in the memo'))
    upsertMemo({ takenBack: takenBackBy(run, scope, outcome, new Date().toISOString()) })
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

const backUp = async (
  { run, target, scope = WHOLE, backup }: RollbackInput,
  desk: Activities,
  how: { loses: boolean; again?: true },
): Promise<BackedUp> =>
  backup === 'none'
    ? { text: 'no dump was made, as the operator wished' }
    : desk.backUpBefore({ run, target, scope, ...how })

const checkText = (name: string, { safe, refusals, loses, already }: RollbackCheck) =>
  already !== undefined
    ? `run ${name} ${already}`
    : safe
      ? `run ${name} can be taken back`
      : `run ${name} cannot be taken back like this: ${refusals[0] ?? (loses ? 'rows of others would be lost' : '')}`
