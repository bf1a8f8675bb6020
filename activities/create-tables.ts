/** The schema step: bare tables, so that rows can go in. */
import { forgetObjectSql } from '../ledger/objects.ts'
import { setStep } from '../ledger/runs.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import { asideSchema, setAside } from '../stores/postgres/aside.ts'
import { createSchema, createTable, type Effect } from '../stores/postgres/ddl.ts'
import { createExtension } from '../stores/postgres/ddl-optimized.ts'
import { foreignKeysAside } from '../stores/postgres/foreign-keys-aside.ts'
import { silenceTriggers } from '../stores/postgres/triggers.ts'
import type { Work } from './edge.ts'
import { apply, putBackOf, tryApply } from './effects.ts'
import { applyAll } from './effects-together.ts'
import { type Target, withTarget } from './target.ts'
import { watched } from './watch.ts'

export async function createTables({ home }: Work, { place }: { place: RunPlace }): Promise<void> {
  await withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      const { client, ledger, plan } = target
      await setStep(client, ledger, place.run, 'schema', 'running')
      // Waiting in the queue of a busy table holds up everybody behind: better to come again.
      await client.query(`SET lock_timeout = '5s'`)
      await makeSchemas(target, place)
      await makeTables(target, place)
      for (const table of plan.what.tables) if (table.action === 'use') await prepareTable(target, table)
      await setStep(client, ledger, place.run, 'schema', 'done', `${plan.what.tables.length} tables`)
    }),
  )
}

async function makeSchemas(target: Target, place: RunPlace): Promise<void> {
  const { client, plan } = target
  const { rows } = await client.query('SELECT to_regnamespace(quote_ident($1)) IS NOT NULL AS there', [
    place.target.schema,
  ])
  if (!rows[0].there) await apply(target, createSchema(place.target.schema))
  if (setAside(plan.what, '').length > 0) await apply(target, createSchema(asideSchema(place.run)))
  // An index that lacks it fails for itself and is named; no row depends on it.
  for (const extension of plan.what.extensions ?? []) await tryApply(target, createExtension(extension))
}

async function makeTables(target: Target, { run }: RunPlace): Promise<void> {
  const { what } = target.plan
  await applyAll(target, [
    ...setAside(what, asideSchema(run)),
    ...what.tables.filter(({ action }) => action !== 'use').map(createTable),
  ])
}

/** A table that was there is loaded without its triggers and foreign keys. */
async function prepareTable(target: Target, table: TablePlan): Promise<void> {
  const silence = await silenceTriggers(target.client, table)
  if (silence) await putAside(target, silence)
  for (const effect of await foreignKeysAside(target.client, table)) await putAside(target, effect)
}

/** What an earlier execution of this run has put back already has to come back once more. */
async function putAside(target: Target, effect: Effect): Promise<void> {
  const again = forgetObjectSql(target.ledger, target.token.run, putBackOf(effect.object))
  await apply(target, { ...effect, sql: [...effect.sql, again] })
}
