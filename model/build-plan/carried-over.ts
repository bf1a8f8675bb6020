/** What was set up on a table that is replaced: rights that the new one gives as well, and what it lacks. */
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { GrantPlan } from '../plan.ts'
import type { ExistingTable } from '../target.ts'
import type { Draft, Planning } from './draft.ts'

/** Rights on columns that the new table has not are left out. */
export function carriedGrants({ plan }: Draft, { grants = [] }: ExistingTable): GrantPlan[] {
  const names = plan.columns.map(({ target }) => target)
  return grants.flatMap(grant => {
    if (!grant.columns) return [grant]
    const columns = grant.columns.filter(name => names.includes(name))
    return columns.length > 0 ? [{ ...grant, columns }] : []
  })
}

export function notCarriedOver({ request }: Planning, draft: Draft, existing: ExistingTable): Finding[] {
  const { triggers, rowSecurity } = existing
  const object = `table ${draft.table.name}`
  const fired = triggers.length > 0 ? `, its triggers (${triggers.map(showName).join(', ')})` : ''
  const gone = request.backup === 'none'
  const rest = `its owner, comments and policies${fired} are not carried over to the new one, its grants are`
  const kept: Finding = {
    code: gone ? 'replace-drops-old' : 'replace-keeps-old',
    severity: 'warning',
    object,
    message: gone
      ? `the old table is dropped; ${rest}`
      : `the old table stays in a schema longhaul_aside_…; ${rest}`,
    remedy: 'Set them up on the new table, or keep the old one with --if-exists use or append',
  }
  return rowSecurity ? [kept, openToAll(object)] : [kept]
}

/** With the same grants and without the policies, roles would see rows that were hidden from them. */
const openToAll = (object: string): Finding => ({
  code: 'row-security-lost',
  severity: 'consent',
  object,
  message:
    'row security is on for the old table and not for the new one: whoever may read it reads every row of it',
  remedy:
    'Load into the old table with --if-exists use or append, or set its policies up on the new one and accept this',
})
