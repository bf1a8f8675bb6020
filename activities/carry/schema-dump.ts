/** The schema of a database as `pg_dump` describes it: every object with the statements that make it. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { runFolder } from '../../home/home.ts'
import type { DumpEntry } from '../../model/carry/entry.ts'
import type { PostgresEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { LEDGER_PREFIX, LEDGER_SCHEMA, LEDGER_TABLES } from '../../model/ledger-names.ts'
import { readArchive } from '../../stores/postgres/carry/archive.ts'
import { makeDump } from '../../stores/postgres/dump.ts'
import { findPrograms, type Programs } from '../../stores/postgres/programs.ts'
import { withProgram } from '../program.ts'

export interface SchemaDump {
  home: string
  run: string
  endpoint: PostgresEndpoint
  /** As in failures: `the source`. */
  side: string
  programs: Programs
  /** A snapshot of a session that is open; absent: as it is now. */
  snapshot?: string
}

/** Reads nothing but the catalog. Fails as `pg_dump` does, where the role may not read all of it. */
export async function dumpSchema({
  home,
  run,
  endpoint,
  side,
  programs,
  snapshot,
}: SchemaDump): Promise<DumpEntry[]> {
  const file = join(runFolder(run, home), 'schema.dump')
  const signal = Context.current().cancellationSignal
  try {
    await withProgram({ home, place: { run, target: endpoint }, name: 'dump' }, (env, progress) =>
      makeDump({ programs, env, signal, progress }, file, {
        words: ['--schema-only', ...LEDGER],
        ...(snapshot !== undefined && { snapshot }),
      }),
    )
    return readArchive(file)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure({
      ...error.facts,
      object: `schema of ${side}`,
      ...(error.code === 'target' && { remedy: MAY_READ }),
    })
  } finally {
    rmSync(file, { force: true })
  }
}

/** Our own records are nobody's schema. */
const LEDGER = [
  `--exclude-schema=${LEDGER_SCHEMA}`,
  ...LEDGER_TABLES.map(table => `--exclude-table=*.${LEDGER_PREFIX}${table}`),
]

const MAY_READ =
  'Connect as a role that may read the tables, and use client programs that are not older than the server'

/** The release of the server that a session speaks to, as in 15. */
export async function majorOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ major: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS major`,
  )
  return rows[0]!.major
}

/** The programs that speak to servers of all these releases, so that what both sides are called is alike. */
export async function programsFor(majors: readonly number[]): Promise<Programs> {
  const newest = Math.max(...majors)
  const [programs] = await findPrograms(newest)
  if (programs && programs.major >= newest) return programs
  throw new Failure({
    code: 'refused',
    object: 'program pg_dump',
    message: programs
      ? `is of version ${programs.major} on this host and cannot read a server of version ${newest}`
      : 'is not on this host (on the PATH of the worker, with pg_restore beside it), and the schema is what it says',
    remedy: `Install the client programs of PostgreSQL ${newest} or later on the host of the worker`,
  })
}
