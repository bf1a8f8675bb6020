/** VACUUM (ANALYZE) of tables that have their rows and indexes. */
import { Context } from '@temporalio/activity'
import { doAndNote, noteObjectError } from '../ledger/objects.ts'
import { Failure } from '../model/failure.ts'
import type { TablePlan } from '../model/plan.ts'
import { toFailure } from '../sessions/errors.ts'
import { vacuum } from '../stores/postgres/ddl.ts'
import { isOwn } from './effects.ts'
import { dispossess, type Target } from './target.ts'

/** Returns in words what was not done: it takes nothing from the rows, and is a difference from what was asked for. */
export async function vacuumTables(target: Target, tables: readonly TablePlan[]): Promise<string[]> {
  const failures: string[] = []
  for (const table of tables) {
    try {
      await vacuumTable(target, table)
    } catch (error) {
      if (!isOwn(error)) throw error
      const { object } = vacuum(table)
      await noteObjectError(target.client, target.ledger, target.token.run, object, error.message)
      failures.push(error.message)
    }
  }
  return failures
}

async function vacuumTable(target: Target, table: TablePlan): Promise<void> {
  const { client, ledger, token } = target
  const { object, sql, undo } = vacuum(table)
  Context.current().heartbeat(`vacuum ${table.name}`)
  if (Context.current().cancellationSignal.aborted) await Context.current().cancelled
  await doAndNote(client, ledger, token, { ...object, undo }, dispossess(target), async () => {
    let passedOver = false
    const heard = () => {
      passedOver = true
    }
    // What the role may not do is passed over with no more than a warning.
    client.on('notice', heard)
    try {
      for (const statement of sql) await client.query(statement)
    } catch (error) {
      throw toFailure(error, { object: `table "${table.name}"`, doing: 'vacuum it' })
    } finally {
      client.off('notice', heard)
    }
    if (passedOver) throw notOurs(table)
  })
}

const notOurs = ({ name }: TablePlan) =>
  new Failure({
    code: 'target',
    object: `table "${name}"`,
    message: 'could not vacuum it: the role owns neither the table nor the database',
    remedy: 'Let the owner do it',
  })
