/** Rows that a run wrote, taken out of tables that stay: all in one transaction, or none. */
import type { Client } from 'pg'
import { attempted } from '../../ledger/attempt.ts'
import type { Place } from '../../ledger/schema.ts'
import { inTransaction } from '../../ledger/transaction.ts'
import {
  deleteRowsSql,
  type Going,
  loudSql,
  nothingWrittenSql,
  placeOf,
  quietSql,
  type RunTable,
  unsettleSql,
} from '../../ledger/written.ts'
import { Failure, type FailureFacts } from '../../model/failure.ts'
import { showName } from '../../model/name-text.ts'
import { toFailure } from '../../sessions/errors.ts'
import { inDeletingOrder, referencesTo, type Staying, staying } from './referring.ts'

/** Deleted in one statement; each has its locks, and its part of the statement's text. */
const AT_ONCE = 50

/**
 * Takes rows out of `tables` and corrects the ledger's counts; gives how many of the run's rows went, by table. No
 * trigger of a user fires. Fails with `object` where rows that stay refer to them.
 *
 * @param decide what goes; called once nobody else can write any more
 */
export async function takeRows(
  client: Client,
  ledger: Place,
  run: string,
  tables: readonly RunTable[],
  decide: () => Promise<Going[]>,
): Promise<Map<string, number>> {
  if (tables.length === 0) return new Map()
  return inTransaction(client, async () => {
    await lock(client, tables)
    const going = await decide()
    const gone = await quietly(client, going, () => emptied(client, ledger, run, going))
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

async function emptied(
  client: Client,
  ledger: Place,
  run: string,
  going: readonly Going[],
): Promise<Map<string, number>> {
  const whole = going.filter(({ every, where }) => every && where === undefined)
  const places = whole.map(placeOf).join(', ')
  if (whole.length === 0 || !(await attempted(client, `TRUNCATE ${places}`, NO_TRUNCATE)))
    return deleted(client, ledger, run, going)
  const { rows } = await client.query<{ table_name: string; rows: number }>(
    nothingWrittenSql(ledger, run, whole),
  )
  const gone = new Map(rows.map(({ table_name, rows }) => [table_name, rows]))
  const rest = await deleted(
    client,
    ledger,
    run,
    going.filter(table => !whole.includes(table)),
  )
  return new Map([...gone, ...rest])
}

/** A table outside the run refers to one of them, or the role may delete and not truncate. */
const NO_TRUNCATE = new Set(['0A000', '42501'])

async function deleted(
  client: Client,
  ledger: Place,
  run: string,
  going: readonly Going[],
): Promise<Map<string, number>> {
  const gone = new Map<string, number>()
  if (going.length === 0) return gone
  const [first] = await staying(client, ledger, run, going)
  if (first) throw new Failure(referredTo(first))
  for (const { tables, ring } of inDeletingOrder(going, await referencesTo(client, going)))
    for (const some of ring ? [tables] : parts(tables)) {
      const { rows } = await client.query<{ table_name: string; rows: number }>(
        deleteRowsSql(ledger, run, some),
      )
      for (const { table_name, rows: n } of rows) gone.set(table_name, n)
    }
  return gone
}

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
