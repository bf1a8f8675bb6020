/** The finish step over all tables: foreign keys, which need both ends, and triggers that were kept quiet. */
import { readObjects } from '../ledger/reader.ts'
import { setStep } from '../ledger/runs.ts'
import type { RunPlace } from '../model/payloads.ts'
import { addForeignKey } from '../stores/postgres/ddl.ts'
import type { Work } from './edge.ts'
import { tryApply } from './effects.ts'
import { type Target, watched, withTarget } from './target.ts'

/** Returns what could not be made, in words. */
export async function finishKeys({ home }: Work, { place }: { place: RunPlace }): Promise<string[]> {
  return withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      const { client, ledger, plan } = target
      await setStep(client, ledger, place.run, 'finish', 'running')
      const failures: string[] = []
      for (const table of plan.what.tables.filter(t => t.action !== 'use')) {
        for (const key of table.foreignKeys)
          failures.push(...(await tryList(target, addForeignKey(table, key))))
      }
      failures.push(...(await wakeTriggers(target)))
      await setStep(
        client,
        ledger,
        place.run,
        'finish',
        'done',
        failures.length > 0 ? `${failures.length} object(s) not made` : undefined,
      )
      return failures
    }),
  )
}

async function wakeTriggers(target: Target): Promise<string[]> {
  const objects = await readObjects(target.client, target.ledger, target.token.run)
  const failures: string[] = []
  for (const { table, name, undo } of objects.filter(o => o.kind === 'triggers' && o.done)) {
    failures.push(
      ...(await tryList(target, {
        object: { kind: 'triggers', table, name: `${name}, awake again` },
        sql: undo,
        undo: [],
      })),
    )
  }
  return failures
}

async function tryList(target: Target, effect: Parameters<typeof tryApply>[1]): Promise<string[]> {
  const failure = await tryApply(target, effect)
  return failure ? [failure] : []
}
