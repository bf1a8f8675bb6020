/** Many small effects on the target, by the hundred in one transaction; what fails is found and made alone. */
import { Context } from '@temporalio/activity'
import { makeTogether } from '../ledger/together.ts'
import { isServerError, toFailure } from '../sessions/errors.ts'
import type { Effect } from '../stores/postgres/ddl.ts'
import { apply, isOwn, tryApply } from './effects.ts'
import { dispossess, type Target } from './target.ts'

/** More would hold more locks than a server of default size has room for beside others. */
const AT_ONCE = 100

/** Makes effects in their order, each once; the first that fails is a failure that names it. */
export async function applyAll(target: Target, effects: readonly Effect[]): Promise<void> {
  for (let at = 0; at < effects.length; at += AT_ONCE) {
    const some = effects.slice(at, at + AT_ONCE)
    if (await applied(target, some)) continue
    for (const effect of some) await apply(target, effect)
  }
}

/**
 * Makes effects in their order; the failure of each is its own, and is returned in words. Meant for what takes
 * no time: where one fails, what was made with it is made once more.
 */
export async function tryAll(target: Target, effects: readonly Effect[]): Promise<string[]> {
  const failures: string[] = []
  for (let at = 0; at < effects.length; at += AT_ONCE)
    failures.push(...(await tryHalves(target, effects.slice(at, at + AT_ONCE))))
  return failures
}

/** The same, one by one: for what takes long. */
export async function tryEach(target: Target, effects: readonly Effect[]): Promise<string[]> {
  const failures: string[] = []
  for (const effect of effects) {
    const failure = await tryApply(target, effect)
    if (failure) failures.push(failure)
  }
  return failures
}

async function tryHalves(target: Target, effects: readonly Effect[]): Promise<string[]> {
  if (effects.length === 1) return tryEach(target, effects)
  if (await applied(target, effects)) return []
  const half = effects.length >> 1
  return [
    ...(await tryHalves(target, effects.slice(0, half))),
    ...(await tryHalves(target, effects.slice(half))),
  ]
}

/** False where one of them is at fault, or they are too many for the server, and nothing was made. */
async function applied(target: Target, effects: readonly Effect[]): Promise<boolean> {
  Context.current().heartbeat(`${effects.length} objects`)
  if (Context.current().cancellationSignal.aborted) await Context.current().cancelled
  const { client, ledger, token } = target
  const objects = effects.map(({ object, undo }) => ({ ...object, undo }))
  let tooMany = false
  try {
    await makeTogether(client, ledger, token, objects, dispossess(target), async left => {
      try {
        await client.query(left.flatMap(at => effects[at]!.sql).join(';\n'))
      } catch (error) {
        tooMany = isServerError(error) && error.code === OUT_OF_LOCKS
        throw toFailure(error, { doing: `make ${left.length} objects` })
      }
    })
    return true
  } catch (error) {
    if (!isOwn(error) && !tooMany) throw error
    return false
  }
}

/** out_of_memory, also of the table of locks. */
const OUT_OF_LOCKS = '53200'
