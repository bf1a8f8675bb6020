/**
 * The finish step over all tables: foreign keys, which need both ends, what was put aside for the load, and last
 * the views and triggers.
 */
import { forgetObjectSql } from '../ledger/objects.ts'
import { readObjects } from '../ledger/reader.ts'
import { setStep } from '../ledger/runs.ts'
import type { RunPlace } from '../model/payloads.ts'
import { letAutovacuum } from '../stores/postgres/ddl.ts'
import { triggers, views } from '../stores/postgres/plan-effects.ts'
import { addForeignKeys } from './add-foreign-keys.ts'
import { mustBeWhole } from './as-heard.ts'
import type { Work } from './edge.ts'
import { putBackOf } from './effects.ts'
import { tryAll, tryEach } from './effects-together.ts'
import { type Target, withoutLeftOut, withTarget } from './target.ts'
import { watched } from './watch.ts'

/** Returns what could not be made, in words. */
export async function finishKeys({ home }: Work, { place }: { place: RunPlace }): Promise<string[]> {
  return withTarget(home, place, whole =>
    watched(home, place, whole.me, async () => {
      const { target, missing } = await withoutLeftOut(whole)
      const { client, ledger, plan } = target
      await setStep(client, ledger, place, 'finish', 'running')
      await mustBeWhole(client, ledger, place.run, plan.what.policies.scope)
      const failures = [...missing, ...(await addForeignKeys(home, place, target))]
      failures.push(...(await tryAll(target, letAutovacuum(plan.what.tables))))
      failures.push(...(await putBack(target)))
      failures.push(...(await tryAll(target, [...views(plan.what), ...triggers(plan.what)])))
      await setStep(
        client,
        ledger,
        place,
        'finish',
        'done',
        failures.length > 0 ? `${failures.length} object(s) not made` : undefined,
      )
      return failures.slice(0, 500)
    }),
  )
}

/**
 * What was put aside in tables that were there before comes back: foreign keys first, triggers last. With it
 * goes the record of putting it aside, so that a rollback has nothing to put back twice.
 */
export async function putBack(target: Target): Promise<string[]> {
  const { client, ledger, token } = target
  const objects = await readObjects(client, ledger, token.run, true)
  const failures: string[] = []
  for (const { kind, table, name, undo } of objects.filter(o => ASIDE.has(o.kind) && o.done)) {
    const object = putBackOf({ kind, table, name })
    const record = forgetObjectSql(ledger, token.run, { kind, table, name })
    failures.push(...(await tryEach(target, [{ object, sql: [...undo, record], undo: [] }])))
  }
  const left = (await readObjects(client, ledger, token.run)).filter(o => ASIDE.has(o.kind) && o.done)
  if (failures.length === 0)
    failures.push(...left.map(o => `${o.kind} "${o.name}" of table "${o.table}" is not put back`))
  return failures
}

const ASIDE = new Set(['triggers', 'foreign key aside'])
