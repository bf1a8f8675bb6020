/** The plan of an export: the tables, and the list of its files. */
import { Failure } from '../../model/failure.ts'
import { bySeverity } from '../../model/finding.ts'
import { planIntoFiles } from '../../model/into-files/plan.ts'
import { planForPostgres } from '../../model/into-files/postgres-plan.ts'
import { type PackedSummary, packed } from '../../model/packed-summary.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { ExportRequest } from '../../model/plan-request.ts'
import { readArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import { drifted, type PlanInput } from '../make-plan.ts'
import { summarize } from '../plan-summary.ts'
import { lookAtFolder } from './look-at-folder.ts'
import { nameOfSource } from './source.ts'

export async function makePlan(
  { home, host, log }: Work,
  { run, request, expectHash }: PlanInput<ExportRequest>,
): Promise<PackedSummary> {
  const { target } = request
  if (target.host !== host) throw elsewhere(target.host, host)
  const assessment = readArtifact(home, run, 'assessment')
  const bytes = assessment.tables.reduce((sum, table) => sum + table.bytes, 0)
  const there = lookAtFolder(target, bytes)
  const { plan, layout, chosen } = planIntoFiles(assessment, request, nameOfSource(request.source), there)
  if (target.format === 'sql' && target.options.dialect === 'postgres') {
    const script = planForPostgres(assessment, request)
    plan.findings.push(...script.findings)
    writeArtifact(home, run, 'script-plan', script.plan)
  }
  const only = request.again && filesLeft(home, request.again.run)
  if (!plan.findings.some(({ severity }) => severity === 'refused')) {
    const { findings, rows } = await runJob('planFilesOf', {
      ...{ home, run, request, layout, chosen },
      ...(only && { only }),
    })
    plan.findings.push(...findings)
    if (rows) plan.what.tables = tablesIn(plan.what.tables, rows)
    plan.findings.sort(bySeverity)
  }
  writeArtifact(home, run, 'plan', plan)
  log.info({ hash: plan.hash, tables: plan.what.tables.length, findings: plan.findings.length }, 'planned')
  if (expectHash && expectHash !== plan.hash) throw drifted(expectHash, plan.hash)
  return packed(summarize(plan))
}

/** Those of a part of the files, with the rows in these. */
export const tablesIn = (tables: readonly TablePlan[], rows: Record<string, number>): TablePlan[] =>
  tables.flatMap(table => {
    const own = rows[table.name]
    return own === undefined ? [] : [{ ...table, rows: own }]
  })

/** Those of an earlier run that failed. */
export const filesLeft = (home: string, run: string): string[] =>
  readArtifact(home, run, 'files').failed.map(({ file }) => file)

const elsewhere = (target: string, here: string) =>
  new Failure({
    code: 'usage',
    object: `host ${target}`,
    message: `the files are to be written there, and the run's artifacts are on host ${here}`,
    remedy: 'Start the run on the host that shall have the files',
  })
