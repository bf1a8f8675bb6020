/** Preflight's reading: damage, schema, and every value of the snapshot. */
import type { PlanRequest } from '../model/plan-request.ts'
import { findArtifact, needSnapshot, writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { lookAtTarget } from './look-at-target.ts'

export interface Assessed {
  tables: number
  rows: number
  bytes: number
}

export async function assess(
  { home, log }: Work,
  { run, request }: { run: string; request: PlanRequest },
): Promise<Assessed> {
  const done = findArtifact(home, run, 'assessment')
  if (done) return sizes(done.tables)
  const began = performance.now()
  const target = await lookAtTarget(home, request.target, run)
  const input = { snapshot: needSnapshot(home, run), request, target }
  const { schema, tables, findings } = await runJob('assess', input)
  writeArtifact(home, run, 'assessment', {
    source: request.source.path,
    takenAt: new Date().toISOString(),
    schema,
    tables,
    findings: [...(findArtifact(home, run, 'snapshot-notes')?.findings ?? []), ...findings],
  })
  const result = sizes(tables)
  log.info({ ...result, seconds: (performance.now() - began) / 1000 }, 'every value read')
  return result
}

const sizes = (tables: { rows: number; bytes: number }[]): Assessed => ({
  tables: tables.length,
  rows: tables.reduce((sum, t) => sum + t.rows, 0),
  bytes: tables.reduce((sum, t) => sum + t.bytes, 0),
})
