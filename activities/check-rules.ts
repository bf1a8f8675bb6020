/** The validate step for the plan's rules. */
import { existsSync } from 'node:fs'
import type { PlanRequest } from '../model/plan-request.ts'
import { planRules } from '../model/planned-rules.ts'
import { isUnfulfilled, type RuleResult, ruleDifference } from '../model/rules.ts'
import { findArtifact, readArtifact, snapshotPath, writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { ruleObject } from './rule-findings.ts'
import { runTargetJob } from './watch.ts'

/** For one rule on one engine. */
const SECONDS = 600

/** As much of it as travels as a payload; all of it is in the report. */
const MOST = 500

/** Keeps the results for the report; gives the rules that do not hold, in words. */
export async function checkRules(
  { home, log }: Work,
  { run, request }: { run: string; request: PlanRequest },
): Promise<string[]> {
  const earlier = findArtifact(home, run, 'rules')
  const results = request.file?.rules?.length ? await resultsNow(home, run, request, earlier ?? []) : []
  for (const { name, kind, verdict, rows } of results)
    log.info({ rule: name, kind, verdict, rows }, 'rule checked')
  // An earlier command for this run may have had others.
  if (results.length > 0 || earlier) writeArtifact(home, run, 'rules', results)
  // A comparison goes on without the rules that its preflight refused, and tells of these as refused.
  const findings = results.length > 0 ? readArtifact(home, run, 'plan').findings : []
  const refused = new Set(findings.filter(f => f.severity === 'refused').map(({ object }) => object))
  return results
    .filter(result => isUnfulfilled(result) && !refused.has(ruleObject(result.name)))
    .slice(0, MOST)
    .map(ruleDifference)
}

async function resultsNow(
  home: string,
  run: string,
  request: PlanRequest,
  earlier: readonly RuleResult[],
): Promise<RuleResult[]> {
  const { what } = readArtifact(home, run, 'plan')
  const { schema } = readArtifact(home, run, 'assessment')
  // Where only tables were made, there are no rows to say anything about.
  const rules = planRules({ tables: what.tables, schema, request }).filter(
    ({ kind }) => request.scope !== 'schema' || kind === 'constraints',
  )
  // After a run's end there may be none any more: what was found while there was one stands.
  const snapshot = snapshotPath(home, run)
  const isGone = !existsSync(snapshot)
  const asked = rules.filter(({ kind }) => kind !== 'same' || !isGone)
  const { target } = request
  const found =
    asked.length === 0
      ? []
      : await runTargetJob(home, { run, target }, 'checkRules', {
          ...{ home, run, target, snapshot, rules: asked, seconds: SECONDS },
        })
  return rules.flatMap(rule => {
    const at = asked.indexOf(rule)
    return at < 0 ? (earlier.find(({ name }) => name === rule.name) ?? []) : found[at]!
  })
}
