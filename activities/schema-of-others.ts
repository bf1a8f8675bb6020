/** Tables that somebody made, against what a run would make of the source. */
import type { Client } from 'pg'
import { buildPlan } from '../model/build-plan.ts'
import type { Plan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import type { SchemaCode, SchemaCompared } from '../model/schema-compared.ts'
import { describeCollations } from '../stores/postgres/describe-collations.ts'
import { describeTrigrams } from '../stores/postgres/describe-names.ts'
import { compareSchemas, shapesOf, subjectsOf } from '../stores/postgres/shape/schema.ts'
import type { TableShape } from '../stores/postgres/shape/shape.ts'
import { readArtifact } from './artifacts.ts'
import { planVerified } from './plan-verified.ts'
import { wishedInput } from './wished-input.ts'

type Shapes = ReadonlyMap<string, TableShape>

/** Tables and columns that are missing are the plan's to tell. `step` is called between statements. */
export async function compareOfOthers(
  client: Client,
  home: string,
  { run, request }: { run: string; request: PlanRequest },
  step: () => void,
): Promise<SchemaCompared> {
  const used = readArtifact(home, run, 'plan').what.tables.filter(({ action }) => action === 'use')
  const shapes = await shapesOf(client, used)
  const assessment = readArtifact(home, run, 'assessment')
  const input = wishedInput(assessment, request, await serverOf(client), shapes)
  const compared = await compareWith(client, buildPlan(input), shapes, step)
  if (!compared.differences.some(({ code }) => OF_EXPRESSIONS.has(code))) return compared
  // A run leaves out what does not do the same on both engines, and trying that takes its time.
  return compareWith(client, await planVerified(home, run, input), shapes, step)
}

/** Those that may come of an expression that is not the same in the target. */
const OF_EXPRESSIONS: ReadonlySet<string> = new Set<SchemaCode>([
  'generated-missing',
  'generated-differs',
  'unique-missing',
  'index-missing',
  'index-differs',
  'check-missing',
  'check-differs',
])

const CHOSEN = 'Collations of columns, which whoever made the tables chose'

async function compareWith(
  client: Client,
  { what }: Plan,
  shapes: Shapes,
  step: () => void,
): Promise<SchemaCompared> {
  const compared = await compareSchemas(client, subjectsOf(what.tables, shapes), {
    ...{ ours: false, failed: () => false, told: () => false, step },
  })
  return { ...compared, notCompared: [...compared.notCompared, CHOSEN] }
}

async function serverOf(client: Client): Promise<Parameters<typeof wishedInput>[2]> {
  return {
    version: await versionOf(client),
    collations: await describeCollations(client),
    trigrams: await describeTrigrams(client),
  }
}

async function versionOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version`,
  )
  return rows[0]!.version
}
