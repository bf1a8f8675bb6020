/** Before anything is built on what an earlier step has confirmed, the ledger is asked whether it still has it. */
import type { Client } from 'pg'
import { areMade, readKept } from '../ledger/kept.ts'
import type { Place } from '../ledger/schema.ts'
import { count } from '../model/amounts.ts'
import { Failure } from '../model/failure.ts'
import type { PlanWhat } from '../model/plan.ts'

type Scope = PlanWhat['policies']['scope']

/** Fails with `set-back` where tables that were made are gone, and nothing can be copied into them. */
export async function mustBeMade(client: Client, ledger: Place, run: string): Promise<void> {
  if (!(await areMade(client, ledger, run))) throw setBack('tables that were made')
}

/** Fails with `set-back` where one of all tables is not copied and finished. */
export async function mustBeWhole(client: Client, ledger: Place, run: string, scope: Scope): Promise<void> {
  const { uncopied, bare } = await readKept(client, ledger, run)
  if (scope !== 'schema' && uncopied.length > 0) throw setBack(`rows of ${count(uncopied.length, 'table')}`)
  if (bare.length > 0) throw setBack(`keys and indexes of ${count(bare.length, 'table')}`)
}

/** Fails with `set-back` where a run whose tables were all compared has any of that no more. */
export async function mustBeChecked(client: Client, ledger: Place, run: string, scope: Scope): Promise<void> {
  await mustBeWhole(client, ledger, run, scope)
  const { finished, unchecked } = await readKept(client, ledger, run)
  if (!finished) throw setBack('keys, views or triggers')
  if (scope !== 'schema' && unchecked.length > 0)
    throw setBack(`what was found of ${count(unchecked.length, 'table')}`)
}

export const setBack = (lost: string) =>
  new Failure({
    code: 'set-back',
    object: 'target',
    message: `has lost what it had confirmed (${lost}), as a server does that takes over and was behind`,
    remedy: 'Run the same command again; it does again what is lost',
  })
