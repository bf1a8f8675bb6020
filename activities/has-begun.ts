/** Whether a run has changed anything in the target yet. */
import { tableName } from '../ledger/schema.ts'
import type { Target } from './target.ts'

export async function hasBegun({ client, ledger, token }: Target): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT EXISTS (SELECT FROM ${tableName(ledger, 'object')} WHERE run_id = $1 AND done)
         OR EXISTS (SELECT FROM ${tableName(ledger, 'chunk')} WHERE run_id = $1 AND done) AS begun`,
    [token.run],
  )
  return rows[0].begun
}
