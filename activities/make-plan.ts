/** The plan: from the assessment, the target as it is, and what the user asked for. */
import { buildPlan } from '../model/build-plan.ts'
import { Failure } from '../model/failure.ts'
import type { PlanSummary } from '../model/payloads.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { describeTarget } from '../stores/postgres/describe.ts'
import { readArtifact, writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { summarize } from './plan-summary.ts'
import { withSession } from './session.ts'
import { toolFindings } from './tools.ts'

export interface PlanInput {
  run: string
  request: PlanRequest
  /** The plan has to come out as this one, or it is refused as drifted. */
  expectHash?: string
}

export async function makePlan(
  { home, log }: Work,
  { run, request, expectHash }: PlanInput,
): Promise<PlanSummary> {
  const assessment = readArtifact(home, run, 'assessment')
  return withSession(home, request.target, run, async client => {
    const target = await describeTarget(client, request.target.schema)
    const findings = [...assessment.findings, ...toolFindings(target)]
    const plan = buildPlan({ assessment: { ...assessment, findings }, target, request })
    writeArtifact(home, run, 'plan', plan)
    log.info({ hash: plan.hash, tables: plan.what.tables.length, findings: plan.findings.length }, 'planned')
    if (expectHash && expectHash !== plan.hash) throw drifted(expectHash, plan.hash)
    return summarize(plan)
  })
}

const drifted = (expected: string, found: string) =>
  new Failure({
    code: 'drift',
    object: `plan ${expected.slice(0, 12)}`,
    message: `source, target or longhaul itself changed since it was made: now it would be ${found.slice(0, 12)}`,
    remedy: 'Make the plan again with "longhaul plan", look at what is different, and start that one',
  })
