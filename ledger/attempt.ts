import type { Sql } from './schema.ts'

/** Whether a statement went through; errors of these codes leave the transaction as it was before. */
export async function attempted(sql: Sql, statement: string, codes: ReadonlySet<string>): Promise<boolean> {
  await sql.query('SAVEPOINT attempt')
  try {
    await sql.query(statement)
    await sql.query('RELEASE SAVEPOINT attempt')
    return true
  } catch (error) {
    if (!codes.has((error as { code?: string }).code ?? '')) throw error
    await sql.query('ROLLBACK TO SAVEPOINT attempt')
    return false
  }
}
