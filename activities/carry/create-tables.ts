/** The schema step of PostgreSQL → PostgreSQL: what the source has before its rows. */
import { readObjects } from '../../ledger/reader.ts'
import { setStep } from '../../ledger/runs.ts'
import { Failure } from '../../model/failure.ts'
import type { RunPlace } from '../../model/payloads.ts'
import { isLoadedInto } from '../../model/plan.ts'
import { effectsBefore } from '../../stores/postgres/carry/effects.ts'
import { beImpatient, prepareTable } from '../create-tables.ts'
import type { Work } from '../edge.ts'
import { tryAll } from '../effects-together.ts'
import { type Target, withTarget } from '../target.ts'
import { watched } from '../watch.ts'
import { stillCarried } from './left-out.ts'

export async function createTables({ home }: Work, { place }: { place: RunPlace }): Promise<void> {
  await withTarget(home, place, whole =>
    watched(home, place, whole.me, async () => {
      const target = await stillCarried(whole)
      const { client, ledger, plan } = target
      await setStep(client, ledger, place, 'schema', 'running')
      await beImpatient(target)
      // What no table needs fails for itself: it is tried again at the end, and named there.
      const failures = await tryAll(target, effectsBefore(plan.what))
      if (failures.length > 0) await mustHaveTables(target, failures)
      for (const table of plan.what.tables) if (isLoadedInto(table)) await prepareTable(target, table)
      await setStep(client, ledger, place, 'schema', 'done', `${plan.what.tables.length} tables`)
    }),
  )
}

/** Without its table no row can go anywhere. */
async function mustHaveTables({ client, ledger, token, plan }: Target, failures: string[]): Promise<void> {
  const objects = await readObjects(client, ledger, token.run)
  const made = new Set(objects.filter(({ kind, done }) => kind === 'table' && done).map(({ table }) => table))
  const missing = plan.what.tables.find(table => !isLoadedInto(table) && !made.has(table.name))
  if (!missing) return
  throw new Failure({
    code: 'object',
    object: `table "${missing.name}"`,
    message: `could not be made: ${failures[0]}`,
    remedy: 'Do what it asks for in the target and run the command again, or take the run back',
  })
}
