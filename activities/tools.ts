/** Before a plan with a dump is shown: can it be made at all, and what does it cost? */
import { statfsSync } from 'node:fs'
import type { Client } from 'pg'
import { makeFolder } from '../home/home.ts'
import { showBytes } from '../model/amounts.ts'
import { isNowhere } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { Finding } from '../model/finding.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import type { TargetDescription } from '../model/target.ts'
import { isPooled } from '../sessions/pooled.ts'
import { dumpCost } from '../stores/postgres/dump-cost.ts'
import { findPrograms, type Programs } from '../stores/postgres/programs.ts'
import { withSession } from './session.ts'

/** Findings about the dump before the run where the plan asks for one, else about the one before a rollback. */
export async function toolFindings(
  home: string,
  run: string,
  { target: endpoint, backup, scope }: PlanRequest,
  target: TargetDescription,
): Promise<Finding[]> {
  if (isNowhere(endpoint) || scope === 'check') return []
  const wanted = backup === 'dump'
  if (!wanted && (backup === 'none' || !target.tables.some(({ hasRows }) => hasRows))) return []
  const unfit = await unfitFor(Math.floor(target.version / 10_000))
  const programs: Finding[] = unfit ? [programFinding(unfit, wanted, target)] : []
  if (!wanted) return programs
  return [...programs, ...(await withSession(home, endpoint, run, client => costs(home, client)))]
}

/** It sets what it needs for its session, and whoever gets that one next out of the pool would have it. */
const THROUGH_POOL = {
  message: 'would leave its settings in the sessions of the pool through which the connection leads',
  remedy: 'Give the URL of the server itself, not that of the pool',
}

/** The programs for the server of a session. Fails with `refused` where this host has none that is fit, or through a pool. */
export async function needPrograms(client: Client): Promise<{ programs: Programs; engine: string }> {
  if (isPooled(client)) throw new Failure({ code: 'refused', object: 'program pg_dump', ...THROUGH_POOL })
  const { rows } = await client.query(
    `SELECT current_setting('server_version_num')::int / 10000 AS major,
            'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) AS engine`,
  )
  const { major, engine } = rows[0]
  const [programs] = await findPrograms(major)
  if (programs && programs.major >= major) return { programs, engine }
  throw new Failure({
    code: 'refused',
    object: 'program pg_dump',
    message: (await unfitFor(major)) ?? 'is gone',
    remedy: installed(major),
  })
}

/** Why no dump can be made here; undefined where it can. */
async function unfitFor(server: number): Promise<string | undefined> {
  const [fittest] = await findPrograms(server)
  if (!fittest)
    return 'is not on this host (on the PATH of the worker, with pg_restore beside it), so the target cannot be dumped'
  if (fittest.major >= server) return undefined
  return `is of version ${fittest.major} and cannot dump a server of version ${server}`
}

const installed = (server: number) =>
  `Install the client programs of PostgreSQL ${server} or later on the host of the source`

const programFinding = (message: string, wanted: boolean, { version }: TargetDescription): Finding => ({
  code: 'pg-dump-unfit',
  severity: wanted ? 'refused' : 'warning',
  object: 'program pg_dump',
  message: wanted ? message : `${message}; a rollback may need one, of rows that others wrote since`,
  remedy: `${installed(Math.floor(version / 10_000))}${wanted ? ', or leave out --backup dump' : ''}`,
})

/** Below this much of the database's size a dump hardly fits: it has no indexes and is compressed. */
const LEAST = 0.1

async function costs(home: string, client: Client): Promise<Finding[]> {
  if (isPooled(client))
    return [{ code: 'pg-dump-unfit', severity: 'refused', object: 'program pg_dump', ...THROUGH_POOL }]
  const { bytes, unreadable } = await dumpCost(client)
  const { bavail, bsize } = statfsSync(makeFolder(home))
  const free = bavail * bsize
  const price = `the dump takes up to ${showBytes(bytes)} on this host, which has ${showBytes(free)} free, and as much on the server while it is proven`
  const about = { object: 'dump of the target' }
  const findings: Finding[] = [{ ...about, code: 'dump-cost', severity: 'note', message: price }]
  if (free < bytes)
    findings.push({
      ...about,
      code: 'no-room-for-dump',
      severity: free < bytes * LEAST ? 'refused' : 'warning',
      message: `the database has ${showBytes(bytes)}, and ${showBytes(free)} are free on this host`,
      remedy: 'Free some room where LONGHAUL_HOME lies, or leave out --backup dump',
    })
  if (unreadable.length > 0)
    findings.push({
      ...about,
      code: 'dump-not-permitted',
      severity: 'refused',
      message: `the role may not read all of the database: ${unreadable.join(', ')}`,
      remedy: 'Connect as a role that may, or leave out --backup dump',
    })
  return findings
}
