/** The condition that narrows a rollback of rows: an operator's SQL, which has to be one expression and no more. */
import { conditionTrials } from '../ledger/condition.ts'
import { showName } from '../model/name-text.ts'
import { isServerError, toFailure } from '../sessions/errors.ts'
import { isThere, type Subject } from './rollback-subject.ts'

/** Why it cannot be used, in words, for each table. */
export async function checkCondition({ client, scope, tables }: Subject): Promise<string[]> {
  const { kind, where } = scope
  if (where === undefined) return []
  if (kind !== 'rows') return ['a condition narrows only a rollback of rows. Add --scope rows']
  if (where.includes('\0')) return ['the condition holds a NUL character. Leave it out']
  const refusals: string[] = []
  for (const table of tables) {
    if (!(await isThere(client, table))) continue
    for (const trial of conditionTrials(table, where)) {
      const problem = await tried(client, trial)
      if (problem === undefined) continue
      refusals.push(
        `the condition cannot be used on table ${showName(table.name)}: ${problem}. Write one condition over its columns, as in "column LIKE 'LEGACY-%'", and name its table with --tables`,
      )
      break
    }
  }
  return refusals
}

async function tried(client: Subject['client'], sql: string): Promise<string | undefined> {
  await client.query('BEGIN READ ONLY')
  try {
    await client.query(sql, [0])
    return undefined
  } catch (error) {
    if (!isServerError(error)) throw error
    return toFailure(error, { doing: 'read it' }).facts.message
  } finally {
    await client.query('ROLLBACK')
  }
}
