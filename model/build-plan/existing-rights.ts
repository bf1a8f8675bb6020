/** Tables that are there already: what the role must be allowed to do with them, told before and not after. */

import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import { keepsOthers } from '../plan.ts'
import { quoteName } from '../sql-text.ts'
import type { ExistingTable } from '../target.ts'
import type { Draft, Planning } from './draft.ts'

/** Rights that the run would miss later: ownership where the table is altered, else rights on its rows. */
export function rightsFindings(
  { target, request }: Planning,
  draft: Draft,
  existing: ExistingTable,
): Finding[] {
  const about: About = {
    object: `table ${draft.table.name}`,
    role: target.role,
    schema: target.schema.name,
    table: existing,
  }
  if (draft.plan.action === 'replace') return owner(about, 'it is moved aside')
  const { triggers, foreignKeys } = existing
  const reasons = [
    ...(triggers.length > 0 ? ['its triggers are disabled'] : []),
    ...(foreignKeys.length > 0 ? ['its foreign keys are taken off'] : []),
  ]
  const compares = request.scope === 'check'
  if (!compares && reasons.length > 0 && !existing.rights.owns) {
    return owner(about, `${reasons.join(' and ')} while rows are loaded`)
  }
  return [
    ...rows(about, compares, draft.plan.upsert?.conflict === 'overwrite'),
    ...(compares ? [] : wayBack(about, keepsOthers(draft.plan), request.backup === 'none')),
    ...(compares || !request.file?.vacuum || existing.rights.owns ? [] : [notVacuumed(about)]),
  ]
}

interface About {
  object: string
  role: string
  schema: string
  table: ExistingTable
}

function owner({ object, role, table, schema }: About, reason: string): Finding[] {
  if (table.rights.owns) return []
  const name = `${quoteName(schema)}.${quoteName(table.name)}`
  return [
    {
      code: 'not-owner',
      severity: 'refused',
      object,
      message: `${reason}, which only the owner of the table may do, and the role ${showName(role)} is not`,
      remedy: `Connect as its owner, or let the owner run ALTER TABLE ${name} OWNER TO ${quoteName(role)}`,
    },
  ]
}

function rows(about: About, compares: boolean, overwrites: boolean): Finding[] {
  const { select, insert, update } = about.table.rights
  const lacking = [
    ...(select ? [] : ['SELECT']),
    ...(insert || compares ? [] : ['INSERT']),
    ...(update || !overwrites ? [] : ['UPDATE']),
  ]
  if (lacking.length === 0) return []
  const rights = lacking.join(', ')
  return [
    {
      code: lacking.every(right => right === 'SELECT') ? 'no-read-right' : 'no-write-right',
      severity: 'refused',
      object: about.object,
      message: `the role ${showName(about.role)} lacks ${rights} on the table of the target`,
      remedy: grant(about, rights),
    },
  ]
}

/** Where others have rows, only DELETE takes those of the run out; TRUNCATE would take all. */
function wayBack(about: About, appends: boolean, consented: boolean): Finding[] {
  const { rights, hasRows } = about.table
  const filled = appends && hasRows
  if (filled ? rights.delete : rights.remove) return []
  if (filled && !consented) return [noWayBack(about)]
  return [
    {
      code: 'no-right-to-empty',
      severity: 'warning',
      object: about.object,
      message: `the role ${showName(about.role)} may not delete from the table of the target: a rollback could not take the rows out again`,
      remedy: grant(about, 'DELETE'),
    },
  ]
}

function noWayBack(about: About): Finding {
  const { object, role } = about
  return {
    code: 'no-way-back',
    severity: 'consent',
    object,
    message: `the role ${showName(role)} may not delete from the table of the target, which holds rows: no rollback could take the run's rows out again`,
    remedy: `${grant(about, 'DELETE')}; or accept it with --accept 'no-way-back:${object}'`,
  }
}

const notVacuumed = ({ object, role }: About): Finding => ({
  code: 'no-right-to-vacuum',
  severity: 'warning',
  object,
  message: `the plan asks for VACUUM, which only the owner of the table or of the database may do, and the role ${showName(role)} does not own the table`,
  remedy: 'Connect as the owner, or take `vacuum` out of the plan file',
})

/** Rights on a table are of no use without the one on its schema. */
function grant({ schema, table, role }: About, rights: string): string {
  const [inSchema, to] = [quoteName(schema), quoteName(role)]
  return `Let the owner run GRANT USAGE ON SCHEMA ${inSchema} TO ${to}; GRANT ${rights} ON ${inSchema}.${quoteName(table.name)} TO ${to}`
}
