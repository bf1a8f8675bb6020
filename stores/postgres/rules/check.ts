/** One rule on the target, in a transaction that writes nothing. */
import type { Client } from 'pg'
import { count } from '../../../model/amounts.ts'
import { Failure } from '../../../model/failure.ts'
import type { RuleCheck } from '../../../model/rule-checks.ts'
import { isServerError, toFailure } from '../../../sessions/errors.ts'
import { counted } from './count.ts'
import type { Broken } from './counted.ts'
import { ofJson } from './json.ts'
import { countRows, syntaxText, withSchema } from './query.ts'

/** `failure`: why it could not be checked, without values. */
export type Found = Broken | { failure: string }

export interface Asked {
  /** Schema of the plan, for queries that users wrote. */
  schema: string
  /** How long the server may take. */
  seconds: number
}

/** Another session's lock is waited for so long: a migration's end is no time to alter tables. */
const LOCK_SECONDS = 60

/** @throws {Failure} `unavailable` where the server is away, or the run is to stop */
export async function checkThere(
  client: Client,
  check: Exclude<RuleCheck, { kind: 'same' }>,
  asked: Asked,
  progress: (rows: number) => void,
): Promise<Found> {
  return readOnly(client, asked, async () => {
    if (check.kind === 'no-rows') return ofQuery(client, asked.schema, check.sql)
    if (check.kind === 'json') return ofJson(client, check, progress)
    const { sql, judge } = await counted(client, check)
    const { rows } = await client.query<(string | number)[]>({ text: sql, rowMode: 'array' })
    return judge(rows[0]!.map(Number))
  })
}

/** Does what is to be done in a transaction that writes nothing and has an end. */
export async function readOnly<T>(
  client: Client,
  { seconds }: Pick<Asked, 'seconds'>,
  work: () => Promise<T>,
): Promise<T | { failure: string }> {
  const deadline = performance.now() + seconds * 1000 - TOLERANCE_MS
  await client.query('BEGIN READ ONLY')
  try {
    await client.query(`SET LOCAL statement_timeout = ${Math.ceil(seconds * 1000)}`)
    await client.query(`SET LOCAL lock_timeout = ${LOCK_SECONDS * 1000}`)
    return await work()
  } catch (error) {
    return { failure: failureOf(error, performance.now() >= deadline, seconds) }
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

/** The server's clock and ours need not run alike. */
const TOLERANCE_MS = 500

/** What another attempt may mend: the server is away, a standby was in the way, the run is to stop. */
const PASSING = /^(08|40|57)/

function failureOf(error: unknown, late: boolean, seconds: number): string {
  if (error instanceof Failure && error.code !== 'unavailable' && error.code !== 'internal')
    return error.facts.message
  if (error instanceof Failure && late && error.facts.message.endsWith('(57014)')) return tooLong(seconds)
  if (!isServerError(error)) throw error
  if (error.code === '57014' && late) return tooLong(seconds)
  if (PASSING.test(error.code)) throw toFailure(error, { doing: 'check a rule' })
  if (error.code === '42601') return syntaxText(error)
  return toFailure(error, { doing: 'check it' }).facts.message
}

const tooLong = (seconds: number) => `it takes longer than ${seconds} s`

async function ofQuery(client: Client, schema: string, sql: string): Promise<Broken> {
  await client.query(withSchema(schema))
  const rows = await countRows(client, sql)
  return rows > 0
    ? { rows, reason: `it gives ${count(rows, 'row')}, and none ${rows === 1 ? 'is' : 'are'} expected` }
    : {}
}
