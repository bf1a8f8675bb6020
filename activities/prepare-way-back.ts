/** Before the first change: what a rollback would need is there, and what it will be compared with. */
import { Context } from '@temporalio/activity'
import { type Before, noteBefore, readBefore } from '../ledger/before.ts'
import { fenced } from '../ledger/fence.ts'
import { setStep } from '../ledger/runs.ts'
import { count } from '../model/amounts.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import { asideSchema } from '../stores/postgres/aside.ts'
import { catalogOf, type TableCatalog } from '../stores/postgres/catalog.ts'
import { fingerprintTable } from '../stores/postgres/fingerprint.ts'
import { qualified } from '../stores/postgres/quote.ts'
import type { Work } from './edge.ts'
import { hasBegun } from './has-begun.ts'
import { type Target, withTarget } from './target.ts'
import { watched } from './watch.ts'

/**
 * Tables of ours are taken back by dropping them. Of tables that were there the rows and the catalog are noted, each
 * once and before anything is written; an attempt after a killed one goes on where that one was. Returns how, in words.
 */
export async function prepareWayBack({ home, log }: Work, { place }: { place: RunPlace }): Promise<string> {
  return withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      const how = await prepare(target)
      log.info({ how }, 'way back')
      await setStep(target.client, target.ledger, place, 'backup', 'done', how)
      return how
    }),
  )
}

async function prepare(target: Target): Promise<string> {
  const { client, ledger, token, plan } = target
  const old = plan.what.tables.filter(({ action }) => action !== 'create')
  if (old.length === 0) return 'the target had none of these tables'
  const begun = await hasBegun(target)
  if (!begun) for (const table of old) await mayBeTouched(target, table)
  if (plan.what.policies.backup === 'none') return 'none, as was consented to'
  const noted = await readBefore<TableCatalog>(client, ledger, token.run)
  // What is not noted by the first write cannot be any more: an earlier version of longhaul has begun this run.
  if (!begun)
    await noteAll(
      target,
      old.filter(({ name }) => !noted.has(name)),
    )
  return inWords(target, old, await readBefore(client, ledger, token.run))
}

/** Rows that came since the plan was made were part of nobody's decision. */
async function mayBeTouched({ client, plan }: Target, table: TablePlan): Promise<void> {
  Context.current().heartbeat(table.name)
  const { findings, what } = plan
  const dropped = table.action === 'replace' && what.policies.backup === 'none'
  const consented = findings.some(f => f.code === 'no-way-back' && f.object === `table ${table.name}`)
  if (table.action !== 'use' && !(dropped && !consented)) return
  const { rows } = await client.query(
    `SELECT EXISTS (SELECT FROM ${qualified(table.target.schema, table.target.name)}) AS filled`,
  )
  if (rows[0].filled) throw filled(table, dropped)
}

const filled = ({ target }: TablePlan, dropped: boolean) =>
  new Failure({
    code: 'refused',
    object: `table "${target.name}"`,
    message: `has rows since the plan was made, and is to be ${dropped ? 'dropped' : 'loaded into as if it were empty'}`,
    remedy: 'Take the run back with "longhaul rollback", then plan anew: it says what can be done with rows',
  })

async function noteAll({ client, ledger, token }: Target, tables: readonly TablePlan[]): Promise<void> {
  for (const { name, target } of tables) {
    if (Context.current().cancellationSignal.aborted) await Context.current().cancelled
    Context.current().heartbeat(name)
    const catalog = await catalogOf(client, target)
    const { rows, digest } = await fingerprintTable(client, target)
    await noteBefore(client, ledger, token, { table: name, rows, digest, catalog })
  }
  const noted = await readBefore(client, ledger, token.run)
  if (tables.some(({ name }) => !noted.has(name))) throw fenced(`run ${token.run}`)
}

function inWords(
  { token }: Target,
  old: readonly TablePlan[],
  noted: ReadonlyMap<string, Before<unknown>>,
): string {
  const tables = old.flatMap(({ name }) => noted.get(name) ?? [])
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const missing = old.length - tables.length
  return [
    `${count(tables.length, 'table')} of the target with ${count(rows, 'row')} noted by digest`,
    ...(missing > 0
      ? [`${count(missing, 'table')} not noted, as the run was begun by an earlier version`]
      : []),
    ...(old.some(({ action }) => action === 'replace')
      ? [`old tables are kept in schema ${asideSchema(token.run)}`]
      : []),
  ].join('; ')
}
