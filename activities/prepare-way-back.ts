/** Before the first change: what a rollback would need is there. */
import { Context } from '@temporalio/activity'
import { setStep } from '../ledger/runs.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import { ident, qualified } from '../stores/postgres/quote.ts'
import type { Work } from './edge.ts'
import { type Target, withTarget } from './target.ts'

/**
 * Tables of ours are taken back by dropping them. Tables that were there have to be empty, unless rows of
 * this very run are in them already: then they are taken back by emptying. Returns how, in words.
 */
export async function prepareWayBack({ home }: Work, { place }: { place: RunPlace }): Promise<string> {
  return withTarget(home, place, async target => {
    const old = target.plan.what.tables.filter(t => t.action !== 'create')
    for (const table of old) await mustBeEmpty(target, table)
    const how =
      old.length === 0
        ? 'the target had none of these tables'
        : `${old.length} table(s) of the target were empty`
    await setStep(target.client, target.ledger, place.run, 'backup', 'done', how)
    return how
  })
}

async function mustBeEmpty({ client, ledger, token }: Target, table: TablePlan): Promise<void> {
  Context.current().heartbeat(table.name)
  const { rows: begun } = await client.query(
    `SELECT EXISTS (SELECT FROM ${ident(ledger.schema)}.${ident(`${ledger.prefix}object`)} WHERE run_id = $1 AND done) AS begun`,
    [token.run],
  )
  if (begun[0].begun) return
  const { rows } = await client.query(
    `SELECT EXISTS (SELECT FROM ${qualified(table.target.schema, table.target.name)}) AS filled`,
  )
  if (!rows[0].filled) return
  throw new Failure({
    code: 'refused',
    object: `table "${table.target.name}"`,
    message: 'has rows since the plan was made, and no way back is prepared for them',
    remedy: 'Empty it, or migrate into another schema with ?schema=NAME in the target URL',
  })
}
