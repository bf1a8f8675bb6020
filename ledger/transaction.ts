/** Work that is done whole or not at all. */
import type { Sql } from './schema.ts'

/** BEGIN, the work, COMMIT; ROLLBACK where the work throws. */
export async function inTransaction<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  await sql.query('BEGIN')
  try {
    const result = await work()
    await sql.query('COMMIT')
    return result
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => {})
    throw error
  }
}
