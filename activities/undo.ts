/** Objects that a run made, taken back with their records: many in one transaction, or one by one where that fails. */
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { forgetObjectSql } from '../ledger/objects.ts'
import type { ObjectRow } from '../ledger/reader.ts'
import type { Place } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import { isServerError, toFailure } from '../sessions/errors.ts'

/** A statement that drops takes hardly any time, a commit does; more would hold more locks than a server has room for. */
const AT_ONCE = 100

/** Takes objects back in their order; returns those that somebody had dropped before. */
export async function undoAll(
  client: Client,
  ledger: Place,
  run: string,
  objects: readonly ObjectRow[],
): Promise<ObjectRow[]> {
  const gone: ObjectRow[] = []
  for (let at = 0; at < objects.length; at += AT_ONCE) {
    const some = objects.slice(at, at + AT_ONCE)
    Context.current().heartbeat(`${some[0]!.kind} ${some[0]!.name}`)
    if (await undoTogether(client, ledger, run, some)) continue
    for (const object of some) {
      Context.current().heartbeat(`${object.kind} ${object.name}`)
      if (!(await undo(client, ledger, run, object))) gone.push(object)
    }
  }
  return gone
}

/** False where one of them cannot be taken back like this, and nothing was. */
async function undoTogether(
  client: Client,
  ledger: Place,
  run: string,
  objects: readonly ObjectRow[],
): Promise<boolean> {
  const sql = objects.flatMap(object => [
    ...(object.done ? object.undo : []),
    forgetObjectSql(ledger, run, object),
  ])
  try {
    await inTransaction(client, () => client.query(sql.join(';\n')))
    return true
  } catch (error) {
    if (isServerError(error) && !Context.current().cancellationSignal.aborted) return false
    throw error
  }
}

/** False where somebody has dropped the object before. */
async function undo(client: Client, ledger: Place, run: string, object: ObjectRow): Promise<boolean> {
  return inTransaction(client, async () => {
    let was = true
    if (object.done) {
      for (const statement of object.undo) was = (await takeBack(client, object, statement)) && was
    }
    await client.query(forgetObjectSql(ledger, run, object))
    return was
  })
}

/** undefined_table, undefined_object, undefined_function, invalid_schema_name: what is to be dropped is not there. */
const GONE = new Set(['42P01', '42704', '42883', '3F000'])

async function takeBack(client: Client, { kind, name }: ObjectRow, statement: string): Promise<boolean> {
  try {
    return await attempted(client, statement, GONE)
  } catch (error) {
    throw toFailure(error, { object: `${kind} "${name}"`, doing: 'take it back' })
  }
}

/** Whether a statement went through; errors of these codes leave the transaction as it was before. */
export async function attempted(client: Client, sql: string, codes: ReadonlySet<string>): Promise<boolean> {
  await client.query('SAVEPOINT attempt')
  try {
    await client.query(sql)
    return true
  } catch (error) {
    if (!codes.has((error as { code?: string }).code ?? '')) throw error
    await client.query('ROLLBACK TO SAVEPOINT attempt')
    return false
  }
}
