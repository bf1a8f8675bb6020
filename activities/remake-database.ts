/**
 * The whole database made anew from the dump of the backup step: restored beside the old one and compared with what
 * the dump was made of, and only then put into its place. Killed in the middle it goes on.
 */
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { writePrivate } from '../home/home.ts'
import { fenceOff, forgetRun } from '../ledger/runs.ts'
import { findLedger } from '../ledger/schema.ts'
import { count } from '../model/amounts.ts'
import { Failure } from '../model/failure.ts'
import { mayLose, type RollbackScope, type RolledBack } from '../model/rollback.ts'
import { connect } from '../sessions/connect.ts'
import { identify } from '../stores/postgres/backend.ts'
import {
  createLike,
  databaseFacts,
  databaseOid,
  dropDatabase,
  giveProperties,
  othersIn,
} from '../stores/postgres/database.ts'
import { restoreInto } from '../stores/postgres/dump.ts'
import { ident } from '../stores/postgres/quote.ts'
import { backupFolder, type Manifest, needDump } from './backup-file.ts'
import type { Work } from './edge.ts'
import { endWriters } from './end-writers.ts'
import { portray } from './portrait.ts'
import { endPrograms, withProgram } from './program.ts'
import { beside, noteRemake, type Remake, readRemake } from './remake-state.ts'
import type { RollBackInput } from './roll-back.ts'
import { openSubject } from './rollback-subject.ts'
import { withSession } from './session.ts'
import { needPrograms } from './tools.ts'
import { watched } from './watch.ts'

type Given = RollBackInput & { scope: RollbackScope }

/** Fails with `artifact` before anything is touched where the dump is not what it was. */
export async function remakeDatabase(work: Work, input: Given): Promise<RolledBack> {
  const { home } = work
  const { run, target } = input
  let state = readRemake(home, run)
  if (state?.phase === 'done') return state.outcome
  if (state?.phase !== 'proven') {
    const manifest = await needDump(home, run, bytes => Context.current().heartbeat({ bytes }))
    state = await withSession(home, target, run, async client =>
      watched(home, { run, target }, await identify(client), async () =>
        prove(work, client, input, manifest, state),
      ),
    )
  }
  const done = await putInPlace(work, input, state)
  work.log.info(done.outcome, 'database made anew')
  return done.outcome
}

async function prove(
  { home }: Work,
  client: Client,
  input: Given,
  manifest: Manifest,
  before: Remake | undefined,
): Promise<Remake> {
  const subject = await openSubject(client, input)
  const { run, target } = input
  if (subject) {
    await fenceOff(client, subject.ledger, run, 'rolling back')
    await endWriters(client, subject.ledger, run)
  } else await endPrograms(client, run)
  const state = noteRemake(home, {
    ...{ run, target, name: subject?.run.name ?? before?.name ?? run, phase: 'begun' },
    facts: await databaseFacts(client),
    outcome: { undone: 0, rows: 0, verified: [], differences: [] },
  })
  await createLike(state.facts, client, beside(run))
  const said = await restore(home, client, input, manifest)
  const verified = await compared(home, input, manifest, said)
  const differences = await giveProperties(state.facts, client, beside(run))
  return noteRemake(home, { ...state, phase: 'proven', outcome: { ...state.outcome, verified, differences } })
}

async function restore(
  home: string,
  client: Client,
  { run, target }: Given,
  { path }: Manifest,
): Promise<{ clean: boolean; log: string }> {
  const { programs } = await needPrograms(client)
  const signal = Context.current().cancellationSignal
  const { clean, said } = await withProgram(
    { home, place: { run, target }, name: 'restore' },
    (env, progress) => restoreInto({ programs, env, signal, progress }, path, [`--dbname=${beside(run)}`]),
  )
  const log = join(backupFolder(home, run), 'restore.log')
  if (!clean) writePrivate(log, said)
  return { clean, log }
}

/** Every table of the dump by count and digest; the record of the run that the dump may hold goes. */
async function compared(
  home: string,
  { run, target }: Given,
  manifest: Manifest,
  { clean, log }: { clean: boolean; log: string },
): Promise<string[]> {
  const options = { home, env: process.env, application: `longhaul ${run}`, database: beside(run) }
  const client = await connect(target, options)
  try {
    const { tables } = await portray(client, [], Context.current().cancellationSignal)
    const found = new Map(tables.map(t => [`${t.schema}.${t.name}`, t]))
    const wrong = manifest.tables.filter(({ schema, name, rows, digest }) => {
      const table = found.get(`${schema}.${name}`)
      return table?.rows !== rows || table.digest !== digest
    })
    if (wrong.length > 0)
      throw otherwise(
        manifest.path,
        wrong.map(({ schema, name }) => `${schema}.${name}`),
        clean,
        log,
      )
    const ledger = await findLedger(client, target.schema)
    if (ledger) await forgetRun(client, ledger, run)
    return [
      `${count(manifest.tables.length, 'table')} of the dump: rows by count and digest, before the database took its place`,
      ...(clean ? [] : [`pg_restore had something to say, which is in ${log}`]),
    ]
  } finally {
    await client.end().catch(() => {})
  }
}

const otherwise = (path: string, tables: string[], clean: boolean, log: string) =>
  new Failure({
    code: 'artifact',
    object: `dump ${path}`,
    message: `what it restores is not what it was made of: ${tables.slice(0, 3).join(', ')}${tables.length > 3 ? ` and ${tables.length - 3} more tables` : ''}`,
    remedy: `The database is as it was${clean ? '' : `; ${log} has what pg_restore said`}. Take the run back by its tables`,
  })

/** Databases in which a session can stand while another one is dropped. */
const ELSEWHERE = ['postgres', 'template1']

/** The old database goes and the new one gets its name; each of both may have been done by a killed attempt. */
async function putInPlace({ home }: Work, input: Given, state: Remake): Promise<Remake> {
  const { run, target } = input
  const { client, database } = await elsewhere(home, input)
  try {
    const me = await identify(client)
    if (!(await watched(home, { run, target, database }, me, () => swap(client, input, state)))) {
      noteRemake(home, { ...state, phase: 'begun' })
      throw vanished(state.facts.name, run)
    }
    return noteRemake(home, { ...state, phase: 'done' })
  } finally {
    await client.end().catch(() => {})
  }
}

/** False where the new one is gone and the old one still there. */
async function swap(client: Client, { run, accept }: Given, { facts }: Remake): Promise<boolean> {
  const { name, oid } = facts
  if ((await databaseOid(client, beside(run))) === undefined) return (await databaseOid(client, name)) !== oid
  const others = await othersIn(client, name)
  if (others > 0 && !mayLose(accept)) throw occupied(name, others)
  await dropDatabase(client, name)
  await client.query(`ALTER DATABASE ${ident(beside(run))} RENAME TO ${ident(name)}`)
  return true
}

const vanished = (name: string, run: string) =>
  new Failure({
    code: 'object',
    object: `database ${name}`,
    message: `is as it was: the one that was to take its place, ${beside(run)}, was dropped by somebody`,
    remedy: 'Roll back once more: it is made again',
  })

const occupied = (name: string, others: number) =>
  new Failure({
    code: 'refused',
    object: `database ${name}`,
    message: `${count(others, 'session')} of others ${others === 1 ? 'is' : 'are'} in it`,
    remedy:
      'End them, or roll back with --accept rows-of-others, which ends them; the new database stands ready beside it',
  })

async function elsewhere(
  home: string,
  { run, target }: Given,
): Promise<{ client: Client; database: string }> {
  let last: unknown
  for (const database of ELSEWHERE) {
    try {
      const options = { home, env: process.env, application: `longhaul remake ${run}`, database }
      return { client: await connect(target, options), database }
    } catch (error) {
      last = error
    }
  }
  throw last
}
