/** Work that is done whole or not at all. */
import type { Sql } from './schema.ts'

/**
 * Begins a transaction whose locks last no longer than the one who holds them: a session that says nothing more in
 * the midst of it (its host was cut off, its process stands still) is ended by the server. No client of ours is
 * silent for half as long: without a heartbeat its work is given to another one after 10 s.
 */
export const BEGIN = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '20s'`

/** BEGIN, the work, COMMIT; ROLLBACK where the work throws. */
export async function inTransaction<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  await sql.query(BEGIN)
  try {
    const result = await work()
    await sql.query('COMMIT')
    return result
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => {})
    throw error
  }
}
