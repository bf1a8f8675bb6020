/** `ON CONFLICT` of constraints: PostgreSQL has it in statements alone. */
import type { Finding } from '../finding.ts'
import type { Draft } from './draft.ts'

/** What SQLite does with a row that breaks a constraint, and the target does not; nothing where it fails as there. */
export function conflictFindings({ table }: Draft): Finding[] {
  const actions = table.onConflict?.filter(action => action === 'REPLACE' || action === 'IGNORE') ?? []
  if (actions.length === 0) return []
  return [
    {
      code: 'conflict-clause-lost',
      severity: 'warning',
      object: `table ${table.name}`,
      message: `a row that breaks a constraint with ON CONFLICT ${actions.join(' or ')} is an error in the target`,
      remedy:
        'Write INSERT … ON CONFLICT (column) DO UPDATE or DO NOTHING in the statements of the application',
    },
  ]
}
