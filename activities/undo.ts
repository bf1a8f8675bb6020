/** Objects that a run made, taken back with their records: many in one transaction, or one by one where that fails. */
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { attempted } from '../ledger/attempt.ts'
import { takeRecords } from '../ledger/objects.ts'
import type { ObjectRow } from '../ledger/reader.ts'
import type { Place } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import { Failure } from '../model/failure.ts'
import { isServerError, toFailure } from '../sessions/errors.ts'

/** A statement that drops takes hardly any time, a commit does; more would hold more locks than a server has room for. */
const AT_ONCE = 100

export interface Undoing {
  client: Client
  ledger: Place
  run: string
  /** Called in the transaction that takes these objects back, before it does; may throw. */
  guard: (objects: readonly ObjectRow[]) => Promise<void>
  /** Whether a record goes without its statements. */
  leave: (object: ObjectRow) => boolean
}

/** Takes objects back in their order; returns those that somebody had dropped before. */
export async function undoAll(undoing: Undoing, objects: readonly ObjectRow[]): Promise<ObjectRow[]> {
  const gone: ObjectRow[] = []
  for (let at = 0; at < objects.length; at += AT_ONCE) {
    const some = objects.slice(at, at + AT_ONCE)
    beat(some[0]!)
    if (await undoTogether(undoing, some)) continue
    for (const object of some) {
      beat(object)
      if (!(await undo(undoing, object))) gone.push(object)
    }
  }
  return gone
}

const beat = ({ kind, name }: ObjectRow) => Context.current().heartbeat(`${kind} ${name}`)

const statements = ({ leave }: Undoing, object: ObjectRow): string[] =>
  object.done && !leave(object) ? object.undo : []

/** False where one of them cannot be taken back like this, and nothing was. */
async function undoTogether(undoing: Undoing, objects: readonly ObjectRow[]): Promise<boolean> {
  const { client } = undoing
  try {
    await inTransaction(client, async () => {
      const left = await takeOver(undoing, objects)
      const sql = left.flatMap(object => statements(undoing, object))
      if (sql.length > 0) await client.query(sql.join(';\n'))
    })
    return true
  } catch (error) {
    if (error instanceof Failure) throw error
    if (isServerError(error) && !Context.current().cancellationSignal.aborted) return false
    throw error
  }
}

/** Those that no other attempt has taken back; until the transaction ends none can. */
async function takeOver(
  { client, ledger, run, guard }: Undoing,
  objects: readonly ObjectRow[],
): Promise<ObjectRow[]> {
  const places = await takeRecords(client, ledger, run, objects)
  const left = objects.filter((_, at) => places.has(at))
  if (left.length > 0) await guard(left)
  return left
}

/** False where somebody has dropped the object before. */
async function undo(undoing: Undoing, object: ObjectRow): Promise<boolean> {
  const { client } = undoing
  return inTransaction(client, async () => {
    const [left] = await takeOver(undoing, [object])
    let was = true
    for (const statement of left ? statements(undoing, left) : [])
      was = (await takeBack(client, object, statement)) && was
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
