/** The schema step: bare tables, so that rows can go in. */
import { forgetObjectSql } from '../ledger/objects.ts'
import { setStep } from '../ledger/runs.ts'
import { tableName } from '../ledger/schema.ts'
import type { RunPlace } from '../model/payloads.ts'
import { isLoadedInto, type TablePlan } from '../model/plan.ts'
import { quoteText } from '../model/sql-text.ts'
import { asideSchema, dropOld, setAside } from '../stores/postgres/aside.ts'
import { createSchema, createTable, type Effect } from '../stores/postgres/ddl.ts'
import { createExtension } from '../stores/postgres/ddl-optimized.ts'
import { foreignKeysAside } from '../stores/postgres/foreign-keys-aside.ts'
import { silenceTriggers } from '../stores/postgres/triggers.ts'
import type { Work } from './edge.ts'
import { apply, putBackOf, tryApply } from './effects.ts'
import { applyAll } from './effects-together.ts'
import { type Target, withoutLeftOut, withTarget } from './target.ts'
import { watched } from './watch.ts'

export async function createTables({ home }: Work, { place }: { place: RunPlace }): Promise<void> {
  await withTarget(home, place, whole =>
    watched(home, place, whole.me, async () => {
      const { target } = await withoutLeftOut(whole)
      const { client, ledger, plan } = target
      await setStep(client, ledger, place, 'schema', 'running')
      await beImpatient(target)
      await makeSchemas(target, place)
      await makeTables(home, target, place)
      for (const table of plan.what.tables) if (isLoadedInto(table)) await prepareTable(target, table)
      await setStep(client, ledger, place, 'schema', 'done', `${plan.what.tables.length} tables`)
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

/** Waiting in the queue of a busy table holds up everybody behind: better to come again. */
export const beImpatient = ({ client }: Target) => client.query(`SET lock_timeout = '5s'`)

async function makeTables(home: string, target: Target, place: RunPlace): Promise<void> {
  const { what } = target.plan
  const moved = setAside(what, asideSchema(place.run))
  const made = what.tables.filter(table => !isLoadedInto(table)).map(createTable)
  if (moved.length > 0) await applyAll(target, moved)
  if (what.policies.backup === 'none' && moved.length > 0) await dropForGood(target, place.run)
  await makeSideBySide(home, target, place, made)
}

/** A session for so many: making a table keeps the server's processor busy and ours idle. */
const MANY = 200
const MOST_SESSIONS = 4

/** No table needs another one. */
async function makeSideBySide(
  home: string,
  target: Target,
  place: RunPlace,
  made: readonly Effect[],
): Promise<void> {
  const { tables } = target.plan.how
  const sessions = Math.min(tables, MOST_SESSIONS, Math.floor(made.length / MANY))
  if (!(sessions > 1)) return applyAll(target, made)
  const share = Math.ceil(made.length / sessions)
  const [own, ...others] = Array.from({ length: sessions }, (_, i) => made.slice(i * share, (i + 1) * share))
  const work = others.map(effects =>
    withTarget(home, place, async other => {
      await beImpatient(other)
      await applyAll(other, effects)
    }),
  )
  // None goes on unseen when another one has failed.
  const ends = await Promise.allSettled([applyAll(target, own!), ...work])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** By consent nothing of the old is kept: a rollback finds nothing to put back. */
async function dropForGood(target: Target, run: string): Promise<void> {
  const { plan, ledger, token } = target
  const effect = dropOld(plan.what, asideSchema(run))
  const kinds = ['old table', 'old view', 'old function'].map(quoteText).join(', ')
  const nothingToUndo = `
    UPDATE ${tableName(ledger, 'object')} SET undo = '{}'
     WHERE run_id = ${quoteText(token.run)}
       AND (kind IN (${kinds}) OR kind = 'schema' AND name = ${quoteText(effect.object.name)})`
  await apply(target, { ...effect, sql: [...effect.sql, nothingToUndo] })
}

/** A table that was there is loaded without its triggers and foreign keys. */
export async function prepareTable(target: Target, table: TablePlan): Promise<void> {
  const silence = await silenceTriggers(target.client, table)
  if (silence) await putAside(target, silence)
  for (const effect of await foreignKeysAside(target.client, table)) await putAside(target, effect)
}

/** What an earlier execution of this run has put back already has to come back once more. */
async function putAside(target: Target, effect: Effect): Promise<void> {
  const again = forgetObjectSql(target.ledger, target.token.run, putBackOf(effect.object))
  await apply(target, { ...effect, sql: [...effect.sql, again] })
}
