/** The digest of what the target holds, read back row by row. */
import type { Client } from 'pg'
import type { TablePlan } from '../../model/plan.ts'
import { readRows } from '../postgres/copy-out.ts'
import type { Digest } from './digest.ts'
import { digestFor } from './digester.ts'

/**
 * Digests all rows of a table's target, or those of a condition over its alias `t`; `progress` hears of the rows read
 * so far. Fails as `readRows` does.
 */
export async function digestTarget(
  client: Client,
  table: TablePlan,
  progress: (rows: number) => void,
  where?: string,
): Promise<Digest> {
  const digester = digestFor(table, 'typed')
  for await (const rows of readRows(client, table, progress, digester, where)) digester.add(rows)
  return digester.digest
}
