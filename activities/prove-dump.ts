/** Whether a dump brings back what it was made of: restored into a scratch database, or else read through. */

import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { writePrivate } from '../home/home.ts'
import { count } from '../model/amounts.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import { connect } from '../sessions/connect.ts'
import { type DumpFile, damaged, readThrough, restoreInto } from '../stores/postgres/dump.ts'
import type { Relation } from '../stores/postgres/fingerprint.ts'
import { freeBytes } from '../stores/postgres/free-space.ts'
import type { Programs } from '../stores/postgres/programs.ts'
import { createScratch, dropScratch, noScratch, scratchName } from '../stores/postgres/scratch.ts'
import { backupFolder, type Manifest } from './backup-file.ts'
import { type Portrait, portraitDifferences, portray } from './portrait.ts'
import { withProgram } from './program.ts'
import { application } from './session.ts'

export interface Proof {
  home: string
  place: RunPlace
  /** A session on the target. */
  client: Client
  programs: Programs
  file: DumpFile
  /** The target under the snapshot of the dump, and what of it was left out. */
  portrait: Portrait
  but: readonly Relation[]
}

/** Fails with `artifact` where it does not. */
export async function proveDump(proof: Proof): Promise<Manifest['verified']> {
  const { client, place } = proof
  const reason = (await noScratch(client)) ?? (await noRoom(client))
  if (reason !== undefined) return readBack(proof, reason)
  if (!(await createScratch(client, place.run)))
    return readBack(proof, 'the server does not let the role make a database of the same kind')
  try {
    const failed = await restored(proof)
    if (failed !== undefined) return await readBack(proof, failed)
    return {
      how: 'restored',
      text: 'restored into a scratch database and compared: rows of every table by digest, catalog, grants and sequences',
    }
  } finally {
    await dropScratch(client, place.run)
  }
}

async function noRoom(client: Client): Promise<string | undefined> {
  const free = await freeBytes(client)
  if (free === undefined) return undefined
  const { rows } = await client.query(
    'SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::float8 AS bytes',
  )
  return free > 1.2 * rows[0].bytes ? undefined : 'the disk of the server has no room for a second copy'
}

/** Undefined where all is equal; a reason where it is the role that cannot restore all of it. */
async function restored(proof: Proof): Promise<string | undefined> {
  const { home, place, programs, file, portrait, but } = proof
  const database = scratchName(place.run)
  const signal = Context.current().cancellationSignal
  const words = [`--dbname=${database}`, '--no-tablespaces', '--no-subscriptions']
  const { clean, said } = await withProgram({ home, place, name: 'restore' }, (env, progress) =>
    restoreInto({ programs, env, signal, progress }, file.path, words),
  )
  const log = join(backupFolder(home, place.run), 'restore.log')
  if (!clean) writePrivate(log, said)
  const differences = await differencesOf(proof, database, portrait, but, signal)
  if (differences.length === 0) return undefined
  writePrivate(log, `${said}\n${differences.join('\n')}\n`)
  if (clean || (await isSuperuser(proof.client))) throw otherwise(file.path, differences, log)
  return `the role may not restore all of it (${count(differences.length, 'difference')}, in ${log})`
}

async function differencesOf(
  { home, place }: Proof,
  database: string,
  portrait: Portrait,
  but: readonly Relation[],
  signal: AbortSignal,
): Promise<string[]> {
  const scratch = await connect(place.target, {
    ...{ home, env: process.env, application: application(place.run), database },
  })
  const stop = () => void scratch.end().catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  try {
    return portraitDifferences(portrait, await portray(scratch, but, signal))
  } finally {
    signal.removeEventListener('abort', stop)
    await scratch.end().catch(() => {})
  }
}

async function isSuperuser(client: Client): Promise<boolean> {
  const { rows } = await client.query(
    'SELECT rolsuper AS super FROM pg_catalog.pg_roles WHERE rolname = current_user',
  )
  return rows[0]?.super === true
}

const otherwise = (path: string, differences: string[], log: string) =>
  new Failure({
    code: 'artifact',
    object: `dump ${path}`,
    message: `what it restores is not what it was made of: ${differences.slice(0, 3).join('; ')}${
      differences.length > 3 ? ` and ${differences.length - 3} more` : ''
    }`,
    remedy: `Nothing was written to the target yet; ${log} has more, and --backup auto does without a dump`,
  })

/** To nowhere: each block is decompressed, and the rows of each table are counted. */
async function readBack(proof: Proof, reason: string): Promise<Manifest['verified']> {
  const { home, place, programs, file, portrait } = proof
  const signal = Context.current().cancellationSignal
  const rows = await withProgram({ home, place, name: 'restore' }, (env, progress) =>
    readThrough({ programs, env, signal, progress }, file.path),
  )
  for (const table of portrait.tables)
    if ((rows.get(table.shown) ?? 0) !== table.rows) throw damaged(file.path)
  return {
    how: 'read',
    text: `read through to its end, with all rows of each table, but not restored: ${reason}`,
  }
}
