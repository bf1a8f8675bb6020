/** Rules of the plan file that could not be checked, told before anything is written. */
import type { Finding } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { planRules } from '../model/planned-rules.ts'
import type { PlannedRule } from '../model/rule-checks.ts'
import type { Schema } from '../model/schema.ts'
import { needSnapshot } from './artifacts.ts'
import { runJob } from './jobs.ts'

/** None where the plan file has no rules. */
export async function ruleFindings(
  home: string,
  run: string,
  request: PlanRequest,
  schema: Schema,
  { what }: Plan,
): Promise<Finding[]> {
  const rules = planRules({ tables: what.tables, schema, request })
  const findings = rules.flatMap(rule =>
    'problem' in rule ? [findingOf(request, rule, rule.problem, rule.remedy)] : [],
  )
  const queries = rules.filter(({ kind }) => kind === 'no-rows' || kind === 'same')
  if (queries.length === 0) return findings
  const { target } = request
  const mistakes = await runJob('tryRuleQueries', {
    ...{ home, run, target, snapshot: needSnapshot(home, run) },
    rules: queries,
  })
  return [
    ...findings,
    ...queries.flatMap((rule, i) =>
      mistakes[i] ? [findingOf(request, rule, mistakes[i], 'Correct the query in the plan file')] : [],
    ),
  ]
}

function findingOf(
  { file }: PlanRequest,
  { name, at }: PlannedRule,
  message: string,
  remedy: string,
): Finding {
  const { line = 0, column = 0 } = file?.positions[`rules.${at}`] ?? {}
  const place = line > 0 ? `${file?.file}:${line}:${column}: ` : ''
  return {
    ...{ code: 'rule-cannot-be-checked', severity: 'refused', object: ruleObject(name) },
    ...{ message: `${place}${message}`, remedy },
  }
}

export const ruleObject = (name: string) => `rule ${name}`
