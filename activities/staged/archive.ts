/** Archives of `pg_dump`: restored into a scratch database, and read from there. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { connectionUrl, forgetConnection, saveConnection } from '../../home/connections.ts'
import { makeFolder, readJson, runFolder, writePrivate } from '../../home/home.ts'
import {
  type FilesEndpoint,
  isNowhere,
  type PostgresEndpoint,
  type PostgresSource,
} from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import { parsePostgresUrl, postgresUrlText } from '../../model/postgres-url.ts'
import { makeScratchForArchive, readArchive } from '../../stores/postgres/archive.ts'
import { restoreInto } from '../../stores/postgres/dump.ts'
import { dropScratch, noScratch, scratchName } from '../../stores/postgres/scratch.ts'
import { backupFolder } from '../backup-file.ts'
import type { Work } from '../edge.ts'
import { withProgram } from '../program.ts'
import { withSession } from '../session.ts'
import { needPrograms } from '../tools.ts'

/** Of a database that was made for an archive: written before it is made, so that one of a killed run is found. */
interface ScratchNote {
  server: PostgresEndpoint
  source: PostgresSource
  restored: boolean
}

const notePath = (home: string, run: string): string => join(runFolder(run, home), 'scratch.json')
const findNote = (home: string, run: string) => readJson<ScratchNote>(notePath(home, run))
const keepNote = (home: string, run: string, note: ScratchNote) =>
  writePrivate(notePath(home, run), JSON.stringify(note))

/** Restores the archive of a staged source, once; gives the database to read. */
export async function restoreArchive(
  work: Work,
  { run, request, archive }: { run: string; request: StagedRequest; archive: FilesEndpoint },
): Promise<PostgresSource> {
  const { home, host, log } = work
  const done = findNote(home, run)
  if (done?.restored) return done.source
  const server = serverFor(request, archive)
  makeFolder(runFolder(run, home))
  const source = sourceAt(work, run, server)
  await withSession(home, server, run, async client => {
    const { programs } = await needPrograms(client)
    const signal = Context.current().cancellationSignal
    await readArchive(programs.pgRestore, archive.path, signal)
    const reason = await noScratch(client)
    if (reason !== undefined) throw mayNotMake(archive.path, reason)
    keepNote(home, run, { server, source, restored: false })
    await makeScratchForArchive(client, run)
    await restore(work, run, server, client, archive.path)
    keepNote(home, run, { server, source, restored: true })
  })
  log.info({ database: scratchName(run), host }, 'archive restored')
  return source
}

/** Drops what `restoreArchive` made; does nothing where it made nothing, or it was dropped before. */
export async function dropArchive({ home }: Work, run: string): Promise<void> {
  const note = findNote(home, run)
  if (!note) return
  await withSession(home, note.server, run, client => dropScratch(client, run))
  forgetConnection(note.source.connection, home)
  rmSync(notePath(home, run), { force: true })
}

/** The one that was named for it, else that of the target. */
function serverFor({ target }: StagedRequest, { path, options }: FilesEndpoint): PostgresEndpoint {
  if (options.scratch !== undefined)
    return { kind: 'postgres', connection: options.scratch, schema: 'public' }
  if (target.kind === 'postgres' && !isNowhere(target)) return target
  throw new Failure({
    code: 'usage',
    object: `archive ${path}`,
    message:
      'an archive is restored into a scratch database before it is read, and no server is named for that',
    remedy: 'Name one with --scratch postgresql://…, whose role may create databases',
  })
}

/** The same server and role; the password stands in the connection store alone. */
function sourceAt({ home, host }: Work, run: string, { connection }: PostgresEndpoint): PostgresSource {
  const parsed = parsePostgresUrl(connectionUrl(connection, home, process.env) ?? connection)
  if (!parsed)
    throw new Failure({
      code: 'target',
      object: `connection ${connection}`,
      message: 'is not known on this host',
      remedy: 'Give the URL of the server, or define the connection where the worker runs',
    })
  const { url } = parsed
  url.pathname = `/${scratchName(run)}`
  url.searchParams.delete('dbname')
  const secret = postgresUrlText(parsed)
  url.password = ''
  url.searchParams.delete('password')
  const name = postgresUrlText(parsed)
  if (secret !== name) saveConnection(name, secret, home)
  return { kind: 'postgres', connection: name, schema: '*', host }
}

async function restore(
  { home }: Work,
  run: string,
  server: PostgresEndpoint,
  client: Client,
  path: string,
): Promise<void> {
  const { programs } = await needPrograms(client)
  const signal = Context.current().cancellationSignal
  const words = [`--dbname=${scratchName(run)}`, ...ROWS_AND_SHAPE]
  const { clean, said } = await withProgram(
    { home, place: { run, target: server }, name: 'restore' },
    (env, progress) => restoreInto({ programs, env, signal, progress }, path, words),
  )
  if (clean) return
  const log = join(makeFolder(backupFolder(home, run)), 'restore.log')
  writePrivate(log, said)
  throw new Failure({
    code: 'source',
    object: `archive ${path}`,
    message: `pg_restore could not restore all of it; what it said is in ${log}`,
    remedy:
      'Make what it misses on the server (extensions, roles), or restore the archive yourself and name that database',
  })
}

/** Who owned what in the database of the archive means nothing here. */
const ROWS_AND_SHAPE = [
  ...['--no-owner', '--no-privileges', '--no-tablespaces', '--no-subscriptions', '--no-publications'],
  ...['--no-security-labels', '--no-comments'],
]

const mayNotMake = (path: string, reason: string) =>
  new Failure({
    code: 'target',
    object: `archive ${path}`,
    message: `it is restored into a scratch database before it is read, and ${reason}`,
    remedy: 'Name a server where it may with --scratch postgresql://…, or give the role CREATEDB',
  })
