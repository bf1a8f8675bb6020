/** The digest of what the target holds, read back row by row. */
import type { Client } from 'pg'
import type { TablePlan } from '../../model/plan.ts'
import { readRows } from '../postgres/copy-out.ts'
import type { Digest } from './digest.ts'
import { digestFor } from './digester.ts'

/** Digests all rows of a table's target; `progress` hears of the rows read so far. Fails as `readRows` does. */
export async function digestTarget(
  client: Client,
  table: TablePlan,
  progress: (rows: number) => void,
): Promise<Digest> {
  const digester = digestFor(table, 'typed')
  for await (const rows of readRows(client, table, progress, digester)) digester.add(rows)
  return digester.digest
}
