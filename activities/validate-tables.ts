/** The validate step for some tables: counts and a digest over every row, source against target. */
import type { RunPlace } from '../model/payloads.ts'
import type { TableResult } from '../model/run.ts'
import type { Work } from './edge.ts'
import { runTargetJob } from './watch.ts'

export async function validateTables(
  { home, log }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<TableResult[]> {
  const results = await runTargetJob(home, place, 'digestCopied', { home, place, tables })
  for (const { name, expected, counted, verdict } of results)
    log.info({ table: name, expected, counted, verdict }, 'validated')
  return results
}
