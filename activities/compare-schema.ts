/** The validate step for keys, indexes and rules of tables: what the target has of what the plan has for it. */
import { isAccepted } from '../model/finding.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { type SchemaCompared, schemaDifference } from '../model/schema-compared.ts'
import { writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'

/** Keeps what it found for the report; gives the differences that nobody consented to, in words. */
export async function compareSchema(
  { home, log }: Work,
  { run, request }: { run: string; request: PlanRequest },
): Promise<string[]> {
  const compared: SchemaCompared = { differences: [], counts: [], notCompared: [] }
  writeArtifact(home, run, 'schema', compared)
  const open = compared.differences.filter(finding => !isAccepted(finding, request.accept))
  log.info({ differences: compared.differences.length, open: open.length }, 'schema compared')
  return open.map(schemaDifference)
}
