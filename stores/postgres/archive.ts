/** An archive of `pg_dump` that somebody else has made, and the database that it is restored into. */
import { statSync } from 'node:fs'
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import { toFailure } from '../../sessions/errors.ts'
import { runProgram } from './programs.ts'
import { ident } from './quote.ts'
import { dropScratch, scratchName } from './scratch.ts'

/** Looks whether it can be read. Fails with `source`. */
export async function readArchive(pgRestore: string, path: string, signal: AbortSignal): Promise<void> {
  if (!statSync(path, { throwIfNoEntry: false }))
    throw unread(path, 'there is no such file', 'Check the path')
  const { status, said } = await runProgram(pgRestore, ['--list', path], {
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    signal,
    output: async stdout => {
      for await (const _ of stdout);
    },
  })
  if (status === 0) return
  const [, message, remedy] = CAUSES.find(([pattern]) => pattern.test(said)) ?? [
    undefined,
    'pg_restore cannot read it: it is damaged or cut short',
    'Make the archive anew with "pg_dump -Fc"',
  ]
  throw unread(path, message, remedy)
}

/** What `pg_restore` says in English of files that it does not take. */
const CAUSES: [RegExp, string, string][] = [
  [
    /text format dump/,
    'this is a dump as text, which can only be run',
    'Make it with "pg_dump -Fc"; or restore it with psql, and name that database',
  ],
  [
    /unsupported version/,
    'it was made by a later version of pg_dump than the pg_restore of this host reads',
    'Install the client programs of that version on this host',
  ],
  [
    /magic string|does not appear to be a valid/,
    'this is no archive of pg_dump',
    'Name it by what it is, as in sql:FILE or csv:FILE',
  ],
]

const unread = (path: string, message: string, remedy: string) =>
  new Failure({ code: 'source', object: `archive ${path}`, message, remedy })

/**
 * Makes it empty and closed to everybody else; texts are compared by their bytes, so that no collation of the server's is needed. One that
 * is left from before is dropped.
 */
export async function makeScratchForArchive(client: Client, run: string): Promise<void> {
  await dropScratch(client, run)
  const name = ident(scratchName(run))
  try {
    await client.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
    )
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
  } catch (error) {
    throw toFailure(error, { doing: 'make a database for the archive' })
  }
}
