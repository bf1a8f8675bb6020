/** Undoes what the ledger says a run did, last first, after every writer of it has ended. */
import { setTimeout as pause } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { getRun, type RunRow } from '../ledger/runs.ts'
import { bringUpToDate, findLedger } from '../ledger/schema.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { type Loss, mayLose, type RollbackScope, type RolledBack, WHOLE } from '../model/rollback.ts'
import { isServerError } from '../sessions/errors.ts'
import { identify } from '../stores/postgres/backend.ts'
import { holdersOf, showHolder } from '../stores/postgres/locks.ts'
import type { Work } from './edge.ts'
import { remakeDatabase } from './remake-database.ts'
import { readOutcome } from './rollback-outcome.ts'
import { laterRun, openSubject, type Subject } from './rollback-subject.ts'
import { withSession } from './session.ts'
import { takePart, takeRowsAlone, takeWhole } from './take-scope.ts'
import { watched } from './watch.ts'

export interface RollBackInput {
  run: string
  target: PostgresEndpoint
  /** The epoch of the one who gives up: whoever has taken the run over since keeps it. Absent: the operator's word. */
  epoch?: string
  /** Absent: all of it. */
  scope?: RollbackScope
  /** What may be lost; any other loss is refused. */
  accept?: readonly Loss[]
}

/**
 * An attempt after a killed one goes on where that one was; a run that is not in the ledger is taken back already.
 * Fails with `object` or `refused` where an operator has to do something first: a lock that stays, an object of
 * others, rows of others. After that the same call goes on.
 */
export async function rollBack(work: Work, input: RollBackInput): Promise<RolledBack> {
  const { run, target, scope = WHOLE } = input
  if (scope.kind === 'database') return remakeDatabase(work, { ...input, scope })
  return withSession(work.home, target, run, async client => {
    await client.query(`SET lock_timeout = '5s'`)
    return watched(work.home, { run, target }, await identify(client), () =>
      patiently(client, input, () => takeBack(work, client, { ...input, scope })),
    )
  })
}

const NOTHING: RolledBack = { undone: 0, rows: 0, verified: [], differences: [] }

type Given = RollBackInput & { scope: RollbackScope }

async function takeBack(work: Work, client: Client, input: Given): Promise<RolledBack> {
  const { run, target, scope, epoch } = input
  const ledger = await findLedger(client, target.schema)
  const row = ledger && (await getRun(client, ledger, run))
  if (!ledger || !row) return readOutcome(work.home, run) ?? NOTHING
  if (epoch !== undefined && row.epoch !== epoch && row.state !== 'rolling back') throw takenOver(row)
  await bringUpToDate(client, ledger)
  const subject = (await openSubject(client, input))!
  await mustBeLast(subject)
  const asked = { target, mayLose: mayLose(input.accept), givenUp: epoch !== undefined }
  if (scope.kind !== 'all') return takeRowsAlone(work, subject, asked)
  return scope.tables ? takePart(work, subject, asked) : takeWhole(work, subject, asked)
}

/** Dropping a table, or emptying it, would take away what a later run has made or loaded there. */
async function mustBeLast(subject: Subject): Promise<void> {
  const { run, scope } = subject
  const later = scope.kind === 'rows' ? undefined : await laterRun(subject)
  if (!later) return
  throw new Failure({
    code: 'object',
    object: `run ${run.id}`,
    message: `run ${later.name} came after it and has tables in common with it`,
    remedy: `Take that one back first with "longhaul rollback ${later.name}"`,
  })
}

const takenOver = ({ id, host, home }: RunRow) =>
  new Failure({
    code: 'fenced',
    object: `run ${id}`,
    message: `was taken over by ${home} on host ${host}, so it is not taken back from here`,
  })

/** A transaction of others that ends soon is waited for; while we wait in a lock's queue everybody behind us does. */
const TRIES = 6
const PAUSE_MS = 5000

async function patiently<T>(client: Client, input: RollBackInput, work: () => Promise<T>): Promise<T> {
  for (let tries = TRIES; ; tries--) {
    try {
      return await work()
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      if (tries <= 1) throw await locked(client, input, error)
    }
    for (let waited = 0; waited < PAUSE_MS; waited += 1000) {
      Context.current().heartbeat('waits for locks')
      if (Context.current().cancellationSignal.aborted) await Context.current().cancelled
      await pause(1000)
    }
  }
}

const LOCK_TIMEOUT = '55P03'
const isLockTimeout = (error: unknown): boolean =>
  error instanceof Failure
    ? error.facts.message.includes(`(${LOCK_TIMEOUT})`)
    : isServerError(error) && error.code === LOCK_TIMEOUT

/** Says who stands in the way; another try of ours would not help. */
async function locked(
  client: Client,
  { run, target, scope = WHOLE }: RollBackInput,
  cause: unknown,
): Promise<Failure> {
  const subject = await openSubject(client, { run, target, scope })
  const holders = subject
    ? await holdersOf(
        client,
        subject.tables.map(table => table.target),
      )
    : []
  const object = cause instanceof Failure ? cause.facts.object : undefined
  return new Failure({
    code: 'object',
    object: object ?? `run ${run}`,
    message: `is locked by somebody who does not let go${holders[0] ? `: ${showHolder(holders[0])}` : ''}`,
    remedy: 'End that session or its transaction, then roll back again',
  })
}
