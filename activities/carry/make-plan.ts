/** The plan of PostgreSQL → PostgreSQL: from what the source says of itself, and the target as it is. */
import { join } from 'node:path'
import type { Client } from 'pg'
import { runFolder, writePrivate } from '../../home/home.ts'
import type { DumpEntry } from '../../model/carry/entry.ts'
import { planCarry } from '../../model/carry/plan.ts'
import { BLANK, type CarryTarget } from '../../model/carry/target.ts'
import { isNowhere } from '../../model/endpoint.ts'
import type { Finding } from '../../model/finding.ts'
import { type PackedSummary, packed } from '../../model/packed-summary.ts'
import type { Plan } from '../../model/plan.ts'
import type { CarryRequest } from '../../model/plan-request.ts'
import { needOwnSession } from '../../sessions/pooled.ts'
import { lookForCarry } from '../../stores/postgres/carry/look.ts'
import { carryScripts } from '../../stores/postgres/carry/script.ts'
import { findArtifact, readArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { withSource } from '../from-postgres/session.ts'
import { drifted, type PlanInput } from '../make-plan.ts'
import { summarize } from '../plan-summary.ts'
import { withSession } from '../session.ts'
import { dumpSchema, majorOf, programsFor } from './schema-dump.ts'

/** Fails with `refused` where this host has no `pg_dump` that fits, and with `drift` where another plan was expected. */
export async function makePlan(
  { home, log }: Work,
  { run, request, expectHash }: PlanInput<CarryRequest>,
): Promise<PackedSummary> {
  const origin = readArtifact(home, run, 'origin')
  const look = isNowhere(request.target)
    ? undefined
    : await withSession(home, request.target, run, client => {
        // `pg_dump` describes it at the end, beside the source.
        needOwnSession(client, 'carry into the target')
        return lookForCarry(client)
      })
  const { entries, populated, findings } = await readSource(home, run, request, look?.version)
  const target: CarryTarget = look ?? { ...BLANK, extensions: allOf(entries) }
  const noted = findArtifact(home, run, 'snapshot-notes')?.findings ?? []
  const plan = planCarry({ origin, entries, populated, target, request, findings: [...noted, ...findings] })
  writeArtifact(home, run, 'plan', plan)
  writeScripts(home, run, plan)
  log.info({ hash: plan.hash, tables: plan.what.tables.length, findings: plan.findings.length }, 'planned')
  if (expectHash && expectHash !== plan.hash) throw drifted(expectHash, plan.hash)
  return packed(summarize(plan))
}

interface Source {
  entries: DumpEntry[]
  /** Materialized views that have rows. */
  populated: { schema: string; name: string }[]
  findings: Finding[]
}

/** `pg_dump` sees what the run's snapshot saw, as its session passes it on. */
function readSource(
  home: string,
  run: string,
  { source }: CarryRequest,
  targetVersion: number | undefined,
): Promise<Source> {
  return withSource(home, run, source, async client => {
    const major = await majorOf(client)
    const target = targetVersion === undefined ? major : Math.floor(targetVersion / 10_000)
    const programs = await programsFor([major, target]).catch(error => {
      if (target <= major) throw error
      return programsFor([major])
    })
    const { rows } = await client.query<{ id: string }>('SELECT pg_catalog.pg_export_snapshot() AS id')
    const entries = await dumpSchema({
      ...{ home, run, endpoint: source, side: 'the source', programs },
      snapshot: rows[0]!.id,
    })
    return { entries, populated: await populatedViews(client), findings: await largeObjects(client) }
  })
}

async function populatedViews(client: Client): Promise<Source['populated']> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND c.relispopulated`,
  )
  return rows
}

/** They belong to no table, and `oid`s in rows point at them. */
async function largeObjects(client: Client): Promise<Finding[]> {
  const { rows } = await client.query<{ any: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS any',
  )
  if (!rows[0]!.any) return []
  return [
    {
      ...{ code: 'large-objects', severity: 'incomplete', object: 'large objects' },
      message: 'the source has large objects (pg_largeobject), which are not copied',
      remedy: 'Copy them with pg_dump --blobs if rows point at them',
    },
  ]
}

/** A server that nobody named has everything. */
const allOf = (entries: readonly DumpEntry[]): CarryTarget['extensions'] =>
  new Map(
    entries
      .filter(({ kind }) => kind === 'EXTENSION')
      .map(({ name }) => [name, { installed: false, mayCreate: true }]),
  )

function writeScripts(home: string, run: string, plan: Plan): void {
  const { policies } = plan.what
  if (policies.scope === 'check' || plan.findings.some(({ severity }) => severity === 'refused')) return
  const { sql, rollback } = carryScripts(plan)
  const folder = runFolder(run, home)
  writePrivate(join(folder, 'schema.sql'), sql)
  writePrivate(join(folder, 'rollback.sql'), rollback)
}
