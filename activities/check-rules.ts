/** The validate step for the plan's rules. */
import type { PlanRequest } from '../model/plan-request.ts'
import { type RuleResult, ruleDifference } from '../model/rules.ts'
import { writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'

/** Keeps the results for the report; gives the rules that do not hold, in words. */
export async function checkRules(
  { home, log }: Work,
  { run }: { run: string; request: PlanRequest },
): Promise<string[]> {
  const results: RuleResult[] = []
  for (const { name, kind, verdict, rows } of results)
    log.info({ rule: name, kind, verdict, rows }, 'rule checked')
  if (results.length > 0) writeArtifact(home, run, 'rules', results)
  return results.filter(({ verdict }) => verdict !== 'holds').map(ruleDifference)
}
