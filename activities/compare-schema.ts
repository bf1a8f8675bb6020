/** The validate step for keys, indexes and rules of tables: what the target has of what the plan has for it. */
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import type { PlanRequest } from '../model/plan-request.ts'
import { isNamedIn, type SchemaCompared, schemaDifference } from '../model/schema-compared.ts'
import { isServerError, toFailure } from '../sessions/errors.ts'
import { writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { compareOfOthers } from './schema-of-others.ts'
import { compareOfRun } from './schema-of-run.ts'
import { withSession } from './session.ts'

export interface SchemaInput {
  run: string
  request: PlanRequest
}

/** What travels as a payload has a bound; the report has all of them. */
const MOST_TOLD = 500

/** Keeps what it found for the report; gives the differences that nobody consented to, in words. */
export async function compareSchema({ home, log }: Work, input: SchemaInput): Promise<string[]> {
  const { run, request } = input
  const compared = request.rows
    ? notCompared('only a part of the rows was read, and they depend on all')
    : await withSession(home, request.target, run, client => look(client, home, input))
  writeArtifact(home, run, 'schema', compared)
  const { differences } = compared
  const open = differences.filter(finding => !isNamedIn(finding, request.accept))
  log.info(
    { differences: differences.length, open: open.length, notCompared: compared.notCompared.length },
    'schema compared',
  )
  const rest = open.length - MOST_TOLD
  return [
    ...open.slice(0, MOST_TOLD).map(schemaDifference),
    ...(rest > 0 ? [`and ${rest} more differences of the schema, which the report has`] : []),
  ]
}

async function look(client: Client, home: string, input: SchemaInput): Promise<SchemaCompared> {
  // Less than a heartbeat's time each; nobody waits behind us, nor we behind somebody who alters a table.
  await client.query(`SET lock_timeout = '2s'; SET statement_timeout = '8s'`)
  const compare = input.request.scope === 'check' ? compareOfOthers : compareOfRun
  try {
    return await compare(client, home, input, () => Context.current().heartbeat('schema'))
  } catch (error) {
    return notCompared(whyNot(error))
  }
}

const notCompared = (why: string): SchemaCompared => ({
  ...{ differences: [], counts: [] },
  notCompared: [`Keys, indexes, rules and sequences of tables: ${why}`],
})

/** What another attempt can mend is thrown; nobody's ALTER TABLE is waited for. */
function whyNot(error: unknown): string {
  if (!isServerError(error)) throw error
  if (WAITS.has(error.code)) return 'somebody alters a table there, or the server is too busy'
  const failure = toFailure(error, { doing: 'compare the schema' })
  if (failure.code === 'unavailable' || failure.code === 'busy') throw failure
  return failure.message
}

/** lock_not_available, query_canceled. */
const WAITS: ReadonlySet<string> = new Set(['55P03', '57014'])
