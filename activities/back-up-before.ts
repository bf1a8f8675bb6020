/** A dump of what a rollback is about to take away: the last one that anybody can make of it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { activityInfo, Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { readJson, writePrivate } from '../home/home.ts'
import { placeOf } from '../ledger/written.ts'
import { count, showBytes } from '../model/amounts.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { BackedUp, RollbackBackup, RollbackScope } from '../model/rollback.ts'
import { identify } from '../stores/postgres/backend.ts'
import { makeDump } from '../stores/postgres/dump.ts'
import { qualified } from '../stores/postgres/quote.ts'
import { tablesBehind } from '../stores/postgres/referring.ts'
import { backupFolder } from './backup-file.ts'
import type { Work } from './edge.ts'
import { endPrograms, withProgram } from './program.ts'
import { isThere, openSubject, type Subject } from './rollback-subject.ts'
import { withSession } from './session.ts'
import { needPrograms } from './tools.ts'
import { watched } from './watch.ts'

export interface BackUpInput {
  run: string
  target: PostgresEndpoint
  scope: RollbackScope
  /** The check says that rows of others are lost. */
  loses: boolean
  /** A dump that this rollback made before is not enough: rows of others have come since. */
  again?: true
}

/**
 * Returns the dump, or why none was made: what a run that did not come to its end has written is nobody's. An
 * attempt after a killed one finds the dump that was made whole. Fails as `makeDump` does.
 */
export async function backUpBefore(work: Work, input: BackUpInput): Promise<BackedUp> {
  const { home } = work
  return withSession(home, input.target, input.run, async client =>
    watched(home, input, await identify(client), async () => {
      const found = readJson<RollbackBackup>(manifestOf(home, input))
      if (found && existsSync(found.path)) return told(found)
      const words = await whatGoes(client, input)
      if (typeof words === 'string') return { text: words }
      // What only the run wrote can be had from its source again.
      const needed = input.loses || input.scope.kind === 'database'
      const unfit = needed ? undefined : await noPrograms(client)
      return unfit === undefined
        ? told(await dump(work, client, input, words))
        : { text: `no dump was made, as ${unfit}; nothing of others is lost` }
    }),
  )
}

async function noPrograms(client: Client): Promise<string | undefined> {
  try {
    await needPrograms(client)
    return undefined
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'refused') throw error
    return `${error.facts.object} ${error.facts.message}`
  }
}

/** Each rollback has its own: what an earlier one left whole is not written over by one that finds half of it. */
const fileOf = (home: string, { run, again }: BackUpInput) =>
  join(
    backupFolder(home, run),
    `before-rollback-${activityInfo().workflowExecution?.runId.slice(0, 8)}${again ? '-again' : ''}.dump`,
  )
const manifestOf = (home: string, input: BackUpInput) => `${fileOf(home, input)}.json`

const told = (backup: RollbackBackup): BackedUp => ({
  backup,
  text: `what goes was dumped into ${backup.path} on host ${backup.host} (${showBytes(backup.bytes)})`,
})

/** For `pg_dump`; or why there is nothing to dump. */
async function whatGoes(client: Client, input: BackUpInput): Promise<string[] | string> {
  if (input.scope.kind === 'database') return []
  const subject = await openSubject(client, input)
  if (!subject) return 'no dump was made, as the run is taken back already'
  if (!input.loses && !ENDED_WELL.has(subject.run.state) && !subject.run.verdict)
    return 'no dump was made, as the run had not come to its end and nothing of others is lost'
  const words = await tablesOf(subject, input.loses)
  return words.length > 0 ? words : 'no dump was made, as none of the tables is there'
}

const ENDED_WELL: ReadonlySet<string> = new Set(['done', 'done with differences'])

/** With the parts of partitioned ones, which hold their rows: `pg_dump` takes only what is named. */
async function tablesOf({ client, tables }: Subject, loses: boolean): Promise<string[]> {
  const there: string[] = []
  for (const table of tables) if (await isThere(client, table)) there.push(placeOf(table))
  if (loses) {
    const targets = tables.map(({ target }) => target)
    const along = (await tablesBehind(client, targets)).map(({ schema, name }) => qualified(schema, name))
    there.push(...along.filter(place => !there.includes(place)))
  }
  const { rows } = await client.query<{ part: string }>(
    `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS part
       FROM pg_catalog.unnest($1::text[]) AS place, pg_catalog.pg_partition_tree(place::pg_catalog.regclass) AS part
       JOIN pg_catalog.pg_class AS c ON c.oid = part.relid AND part.level > 0
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace`,
    [there],
  )
  return [...there, ...rows.map(({ part }) => part)].map(place => `--table=${place}`)
}

async function dump(
  { home, host, log }: Work,
  client: Client,
  input: BackUpInput,
  words: string[],
): Promise<RollbackBackup> {
  const { run, target } = input
  await endPrograms(client, run)
  const { programs } = await programsOrNone(client)
  const signal = Context.current().cancellationSignal
  const file = await withProgram({ home, place: { run, target }, name: 'dump' }, (env, progress) =>
    makeDump({ programs, env, signal, progress }, fileOf(home, input), { words }),
  )
  const backup: RollbackBackup = { ...file, host }
  writePrivate(manifestOf(home, input), `${JSON.stringify(backup, null, 2)}\n`)
  log.info({ bytes: file.bytes, dumped: count(words.length, 'table') }, 'dumped before the rollback')
  return backup
}

/** The operator may also do without. */
async function programsOrNone(client: Client): ReturnType<typeof needPrograms> {
  try {
    return await needPrograms(client)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'refused') throw error
    const { remedy = '' } = error.facts
    throw new Failure({ ...error.facts, remedy: `${remedy}, or roll back without a dump: --backup none` })
  }
}
