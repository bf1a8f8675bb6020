/** Rows that a run wrote, taken out of tables that stay: all in one transaction, or none. */
import type { Client } from 'pg'
import { attempted } from '../../ledger/attempt.ts'
import { earlierRuns, noteAgain, restoreRowsSql } from '../../ledger/overwritten.ts'
import type { Place } from '../../ledger/schema.ts'
import { inTransaction } from '../../ledger/transaction.ts'
import {
  deleteRowsSql,
  type Going,
  loudSql,
  nothingWrittenSql,
  overwrites,
  placeOf,
  quietSql,
  type RunTable,
  unsettleSql,
} from '../../ledger/written.ts'
import { Failure, type FailureFacts } from '../../model/failure.ts'
import { showName } from '../../model/name-text.ts'
import type { UpsertPlan } from '../../model/plan.ts'
import { isServerError, toFailure } from '../../sessions/errors.ts'
import { inDeletingOrder, type Reference, referencesTo, type Staying, staying } from './referring.ts'

/** Deleted in one statement; each has its locks, and its part of the statement's text. */
const AT_ONCE = 50

/**
 * Takes rows out of `tables` and corrects the ledger's counts; gives how many of the run's rows went, by table. No
 * trigger of a user on them fires. Fails with `object` where rows that stay refer to them.
 *
 * @param decide what goes; called once nobody else can write any more
 * @param along rows of this key's child may go or change with them, by its rule
 */
export async function takeRows(
  client: Client,
  ledger: Place,
  run: string,
  tables: readonly RunTable[],
  decide: () => Promise<Going[]>,
  along: (reference: Reference) => boolean = () => false,
): Promise<Map<string, number>> {
  if (tables.length === 0) return new Map()
  return inTransaction(client, async () => {
    await lock(client, tables)
    const going = await decide()
    const gone = await quietly(client, going, () => emptied({ client, ledger, run, along }, going))
    if (going.length > 0) await client.query(unsettleSql(ledger, run, going))
    return gone
  })
}

/** In one order for everybody, so that two of us do not wait for each other. */
async function lock(client: Client, tables: readonly RunTable[]): Promise<void> {
  for (const place of tables.map(placeOf).sort()) {
    try {
      await client.query(`LOCK TABLE ${place} IN ACCESS EXCLUSIVE MODE`)
    } catch (error) {
      throw toFailure(error, { object: `table ${place}`, doing: 'lock the table' })
    }
  }
}

async function quietly<T>(client: Client, tables: readonly Going[], work: () => Promise<T>): Promise<T> {
  if (tables.length === 0) return work()
  await client.query(quietSql(tables))
  const result = await work()
  for (const statement of loudSql()) await client.query(statement)
  return result
}

interface Takes {
  client: Client
  ledger: Place
  run: string
  along: (reference: Reference) => boolean
}

async function emptied(takes: Takes, going: readonly Going[]): Promise<Map<string, number>> {
  const { client, ledger, run } = takes
  const whole = going.filter(({ every, where }) => every && where === undefined)
  const places = whole.map(placeOf).join(', ')
  if (whole.length === 0 || !(await attempted(client, `TRUNCATE ${places}`, NO_TRUNCATE)))
    return deleted(takes, going)
  const { rows } = await client.query<{ table_name: string; rows: number }>(
    nothingWrittenSql(ledger, run, whole),
  )
  const gone = new Map(rows.map(({ table_name, rows }) => [table_name, rows]))
  const rest = await deleted(
    takes,
    going.filter(table => !whole.includes(table)),
  )
  return new Map([...gone, ...rest])
}

/** A table outside the run refers to one of them, or the role may delete and not truncate. */
const NO_TRUNCATE = new Set(['0A000', '42501'])

async function deleted(takes: Takes, going: readonly Going[]): Promise<Map<string, number>> {
  const { client, ledger, run, along } = takes
  const gone = new Map<string, number>()
  if (going.length === 0) return gone
  const add = (table: string, rows: number) => gone.set(table, (gone.get(table) ?? 0) + rows)
  // Rows that are put back may refer to rows that stay, and no more to those that go.
  const late: Overwriting[] = []
  for (const table of going.filter(overwrites)) {
    const rows = await restored(client, ledger, run, table)
    if (rows === undefined) late.push(table)
    else add(table.name, rows)
  }
  const first = (await staying(client, ledger, run, going)).find(({ reference }) => !along(reference))
  if (first) throw new Failure(referredTo(first))
  for (const { tables, ring } of inDeletingOrder(going, await referencesTo(client, going)))
    for (const some of ring ? [tables] : parts(tables)) {
      const rows = await deletedRows(client, deleteRowsSql(ledger, run, some))
      for (const { table_name, rows: n } of rows) add(table_name, n)
    }
  for (const table of late) {
    const rows = await restored(client, ledger, run, table)
    if (rows === undefined) throw new Failure(exchanged(table))
    add(table.name, rows)
  }
  return gone
}

async function deletedRows(client: Client, sql: string): Promise<{ table_name: string; rows: number }[]> {
  try {
    return (await client.query<{ table_name: string; rows: number }>(sql)).rows
  } catch (error) {
    if (!isServerError(error) || error.code !== FOREIGN_KEY_VIOLATION) throw error
    throw new Failure({
      code: 'object',
      object: `table "${error.schema}.${error.table}"`,
      message: `rows of it refer to rows that would go along (foreign key ${showName(error.constraint ?? '')})`,
      remedy: 'Delete or redirect those rows',
    })
  }
}

/** What hangs on rows that go along by a rule has a key without one. */
const FOREIGN_KEY_VIOLATION = '23503'

type Overwriting = Going & { upsert: UpsertPlan }

/** How many rows got their old values back; undefined where what is there now keeps a unique value from one of them. */
async function restored(
  client: Client,
  ledger: Place,
  run: string,
  table: Overwriting,
): Promise<number | undefined> {
  await client.query('SAVEPOINT restore')
  try {
    let sum = 0
    for (const earlier of await earlierRuns(client, ledger, run, table)) {
      await client.query('SAVEPOINT earlier')
      sum += await restore(client, restoreRowsSql(ledger, run, table, earlier))
      await noteAgain(client, ledger, earlier)
      await client.query('RELEASE SAVEPOINT earlier')
    }
    sum += await restore(client, restoreRowsSql(ledger, run, table))
    await client.query('RELEASE SAVEPOINT restore')
    return sum
  } catch (error) {
    if (!isServerError(error) || error.code !== UNIQUE_VIOLATION) throw error
    await client.query('ROLLBACK TO SAVEPOINT restore')
    return undefined
  }
}

async function restore(client: Client, statement: string): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(statement)
  return rows[0]!.rows
}

const UNIQUE_VIOLATION = '23505'

const exchanged = ({ target }: Overwriting): FailureFacts => ({
  code: 'object',
  object: `table "${target.schema}.${target.name}"`,
  message:
    'rows that were there cannot get their old values back, as other rows have these in a unique column now',
  remedy: 'Take the unique constraint off until the rollback is done',
})

function* parts(tables: Going[]): Iterable<Going[]> {
  for (let at = 0; at < tables.length; at += AT_ONCE) yield tables.slice(at, at + AT_ONCE)
}

/** The facts of rows that stay and refer to rows that go. */
export function referredTo({ reference, rows }: Staying): FailureFacts {
  const { name, child, parent, cascades } = reference
  return {
    code: 'object',
    object: `table "${parent.schema}.${parent.name}"`,
    message: `${rows} row(s) of table ${showName(`${child.schema}.${child.name}`)} refer to rows that would go${cascades ? ', and would be deleted or changed with them' : ''} (foreign key ${showName(name)})`,
    remedy: 'Delete or redirect those rows, or take that table back as well',
  }
}
