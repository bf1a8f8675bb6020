/** What a script for PostgreSQL is made by: the plan of the same tables into a new database. */
import type { Assessment } from '../assessment.ts'
import { buildPlan } from '../build-plan.ts'
import { NOWHERE } from '../endpoint.ts'
import type { Finding } from '../finding.ts'
import type { Plan } from '../plan.ts'
import type { ExportRequest, PlanRequest } from '../plan-request.ts'
import { BLANK_TARGET } from '../target.ts'

export interface ScriptPlan {
  plan: Plan
  /** Besides those of the assessment. */
  findings: Finding[]
}

/** Cells go into the script as they are: what the plan would have converted on the way is refused. */
export function planForPostgres(assessment: Assessment, request: ExportRequest): ScriptPlan {
  const { source } = request
  const plan = buildPlan({
    assessment,
    target: BLANK_TARGET,
    request: {
      ...(request as unknown as PlanRequest),
      source: { kind: 'sqlite', path: source.path, host: source.host },
      target: NOWHERE,
      ifExists: 'refuse',
      scope: 'all',
    },
  })
  const said = new Set(assessment.findings.map(({ code, object }) => `${code} ${object}`))
  return {
    plan,
    findings: [
      ...plan.findings.filter(
        ({ code, object }) => !said.has(`${code} ${object}`) && code !== 'accept-covers-nothing',
      ),
      ...plan.what.tables.flatMap(table =>
        table.columns
          .filter(({ conversion, onError }) => conversion !== undefined || onError !== undefined)
          .map(({ name }) => converted(`${table.name}.${name}`)),
      ),
    ],
  }
}

const converted = (object: string): Finding => ({
  code: 'not-in-a-script',
  severity: 'refused',
  object,
  message: 'its values would have to be changed on the way, and a script has them as they are',
  remedy: 'Leave its conversion away, or migrate into a database and dump that with pg_dump',
})
