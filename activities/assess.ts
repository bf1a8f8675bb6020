/** Preflight's reading: damage, schema, and every value of the snapshot. */
import type { Finding } from '../model/finding.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { findArtifact, needSnapshot, writeArtifact } from './artifacts.ts'
import type { ScanInput, SourceRead } from './assess-job.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { lookAtTarget } from './look-at-target.ts'

export interface Assessed {
  tables: number
  rows: number
  bytes: number
}

export const assess = (work: Work, input: { run: string; request: PlanRequest }): Promise<Assessed> =>
  assessFor(work, input, () => lookAtTarget(work.home, input.request.target, input.run))

/** The same for any target; of files none has a table. */
export async function assessFor(
  { home, log }: Work,
  { run, request }: { run: string; request: ScanInput['request'] },
  lookAt: () => Promise<ScanInput['target']>,
): Promise<Assessed> {
  const done = findArtifact(home, run, 'assessment')
  if (done) return sizes(done.tables)
  const began = performance.now()
  const target = await lookAt()
  const snapshot = needSnapshot(home, run)
  const failed = new AbortController()
  const { schema, tables, findings } = await checkedAndScanned(
    runJob('check', { snapshot, source: request.source.path }),
    runJob('scan', { snapshot, request, target }, undefined, failed.signal),
    failed,
  )
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

/**
 * What both found. Where the check finds damage the scan is ended, and whatever that met is a sign of the same: the check's
 * failure says where it is.
 */
async function checkedAndScanned(
  checking: Promise<Finding[]>,
  scanning: Promise<SourceRead>,
  failed: AbortController,
): Promise<SourceRead & { findings: Finding[] }> {
  checking.catch(error => failed.abort(error))
  const [checked, scanned] = await Promise.allSettled([checking, scanning])
  if (checked.status === 'rejected') throw checked.reason
  if (scanned.status === 'rejected') throw scanned.reason
  return { ...scanned.value, findings: checked.value }
}

const sizes = (tables: { rows: number; bytes: number }[]): Assessed => ({
  tables: tables.length,
  rows: tables.reduce((sum, t) => sum + t.rows, 0),
  bytes: tables.reduce((sum, t) => sum + t.bytes, 0),
})
