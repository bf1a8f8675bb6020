/** The plan: from the assessment, the target as it is, and what the user asked for. */
import { join } from 'node:path'
import { runFolder, writePrivate } from '../home/home.ts'
import { type AssessDocument, assessDocument } from '../model/assess-document.ts'
import type { Assessment } from '../model/assessment.ts'
import { Failure } from '../model/failure.ts'
import { bySeverity } from '../model/finding.ts'
import { type PackedSummary, packed } from '../model/packed-summary.ts'
import type { AnyRequest, PlanRequest } from '../model/plan-request.ts'
import { renderAssessment } from '../model/render-assessment.ts'
import { needSnapshot, readArtifact, writeArtifact } from './artifacts.ts'
import { collisionFindings } from './collisions.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { labelFindings } from './labels.ts'
import { lookAtTarget } from './look-at-target.ts'
import { writeScripts } from './plan-scripts.ts'
import { summarize } from './plan-summary.ts'
import { planVerified } from './plan-verified.ts'
import { ruleFindings } from './rule-findings.ts'
import { toolFindings } from './tools.ts'

export interface PlanInput<R extends AnyRequest = PlanRequest> {
  run: string
  request: R
  /** The plan has to come out as this one, or it is refused as drifted. */
  expectHash?: string
  /** Whether values go into the assessment, besides keys of rows. */
  showValues?: boolean
}

export async function makePlan(
  { home, log }: Work,
  { run, request, expectHash, showValues = false }: PlanInput,
): Promise<PackedSummary> {
  const assessment = readArtifact(home, run, 'assessment')
  const target = await lookAtTarget(home, request.target, run)
  const findings = [...assessment.findings, ...(await toolFindings(home, run, request, target))]
  const plan = await planVerified(home, run, {
    assessment: { ...assessment, findings },
    target,
    request,
  })
  plan.findings.push(...(await collisionFindings(home, run, request, target, plan)))
  plan.findings.push(...(await labelFindings(home, run, plan)))
  plan.findings.push(...(await ruleFindings(home, run, request, assessment.schema, plan)))
  plan.findings.sort(bySeverity)
  writeArtifact(home, run, 'plan', plan)
  const document = assessDocument(assessment, plan)
  if (showValues) await addValues(home, run, assessment, document)
  writeAssessment(home, run, document)
  await writeScripts(home, { run, endpoint: request.target, plan, target })
  log.info({ hash: plan.hash, tables: plan.what.tables.length, findings: plan.findings.length }, 'planned')
  if (expectHash && expectHash !== plan.hash) throw drifted(expectHash, plan.hash)
  return packed(summarize(plan))
}

async function addValues(
  home: string,
  run: string,
  { schema }: Assessment,
  { findings }: AssessDocument,
): Promise<void> {
  const values = await runJob('findExampleValues', { snapshot: needSnapshot(home, run), schema, findings })
  for (const [i, value] of values.entries()) if (value !== undefined) findings[i]!.value = value
}

/** For people and for programs; `assessment.json` beside it is longhaul's own. */
function writeAssessment(home: string, run: string, document: AssessDocument): void {
  writeArtifact(home, run, 'assess', document)
  writePrivate(join(runFolder(run, home), 'assess.md'), renderAssessment(document))
}

export const drifted = (expected: string, found: string) =>
  new Failure({
    code: 'drift',
    object: `plan ${expected.slice(0, 12)}`,
    message: `source, target or longhaul itself changed since it was made: now it would be ${found.slice(0, 12)}`,
    remedy: 'Make the plan again with "longhaul plan", look at what is different, and start that one',
  })
