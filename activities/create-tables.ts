/** The schema step: bare tables, so that rows can go in. */
import { setStep } from '../ledger/runs.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import { moveAside } from '../stores/postgres/aside.ts'
import { createSchema, createTable } from '../stores/postgres/ddl.ts'
import { foreignKeysAside } from '../stores/postgres/foreign-keys-aside.ts'
import { silenceTriggers } from '../stores/postgres/triggers.ts'
import type { Work } from './edge.ts'
import { apply } from './effects.ts'
import { type Target, withTarget } from './target.ts'
import { watched } from './watch.ts'

export async function createTables({ home }: Work, { place }: { place: RunPlace }): Promise<void> {
  await withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      const { client, ledger, plan } = target
      await setStep(client, ledger, place.run, 'schema', 'running')
      await makeSchemas(target, place)
      for (const table of plan.what.tables) await prepareTable(target, place, table)
      await setStep(client, ledger, place.run, 'schema', 'done', `${plan.what.tables.length} tables`)
    }),
  )
}

const asideSchema = (place: RunPlace) => `longhaul_aside_${place.run.slice(0, 8)}`

async function makeSchemas(target: Target, place: RunPlace): Promise<void> {
  const { client, plan } = target
  const { rows } = await client.query('SELECT to_regnamespace(quote_ident($1)) IS NOT NULL AS there', [
    place.target.schema,
  ])
  if (!rows[0].there) await apply(target, createSchema(place.target.schema))
  if (plan.what.tables.some(t => t.action === 'replace'))
    await apply(target, createSchema(asideSchema(place)))
}

async function prepareTable(target: Target, place: RunPlace, table: TablePlan): Promise<void> {
  if (table.action === 'use') {
    const silence = await silenceTriggers(target.client, table)
    if (silence) await apply(target, silence)
    for (const effect of await foreignKeysAside(target.client, table)) await apply(target, effect)
    return
  }
  if (table.action === 'replace') await apply(target, moveAside(table, asideSchema(place)))
  await apply(target, createTable(table))
}
