/** The finish step of PostgreSQL → PostgreSQL over all tables: what needs the rows of several, and what is left. */
import { setStep } from '../../ledger/runs.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { TablePlan } from '../../model/plan.ts'
import {
  effectsAfter,
  effectsAtLast,
  effectsBefore,
  foreignKeysOf,
} from '../../stores/postgres/carry/effects.ts'
import { addKeysWith } from '../add-foreign-keys.ts'
import { mustBeWhole } from '../as-heard.ts'
import type { Work } from '../edge.ts'
import { tryAll } from '../effects-together.ts'
import { putBack } from '../finish-keys.ts'
import { withTarget } from '../target.ts'
import { watched } from '../watch.ts'
import { stillCarried } from './left-out.ts'

/** Returns what could not be made, in words. */
export async function finishKeys({ home }: Work, { place }: { place: RunPlace }): Promise<string[]> {
  return withTarget(home, place, whole =>
    watched(home, place, whole.me, async () => {
      const target = await stillCarried(whole)
      const { client, ledger, plan } = target
      await setStep(client, ledger, place, 'finish', 'running')
      await mustBeWhole(client, ledger, place.run, plan.what.policies.scope)
      const failures = await tryAll(target, [...effectsBefore(plan.what), ...effectsAfter(plan.what)])
      const keys = (table: TablePlan) => foreignKeysOf(table, plan.what)
      failures.push(...(await addKeysWith(home, place, target, keys)))
      failures.push(...(await tryAll(target, effectsAtLast(plan.what))), ...(await putBack(target)))
      const detail = failures.length > 0 ? `${failures.length} object(s) not made` : undefined
      await setStep(client, ledger, place, 'finish', 'done', detail)
      return failures.slice(0, 500)
    }),
  )
}
