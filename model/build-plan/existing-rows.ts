/** Tables that are there already, and the rows in them: whether the user has said what becomes of them. */
import type { Finding } from '../finding.ts'
import type { Action } from '../plan.ts'
import { renameLine } from '../plan-line.ts'
import type { Table } from '../schema.ts'
import type { ExistingTable } from '../target.ts'
import type { Planning } from './draft.ts'

/** What is to be said before such a table is loaded into or replaced; `action`: what the request makes of it. */
export function existingFindings(
  { request }: Planning,
  table: Table,
  { hasRows }: ExistingTable,
  action: Exclude<Action, 'create'>,
): Finding[] {
  const { ifExists, scope, backup } = request
  if (scope === 'check') return []
  const object = `table ${table.name}`
  if (ifExists === 'refuse' && scope !== 'data') return [exists(object, table, hasRows)]
  if (!hasRows) return []
  if (action === 'use') return [holdsRows(object, table, scope === 'data')]
  return backup === 'none' ? [noWayBack(object, action)] : []
}

const another = (table: Table) => `give it another name with ${renameLine(table.name, 'NAME')}`

function exists(object: string, table: Table, hasRows: boolean): Finding {
  const load = hasRows
    ? 'add to its rows with --if-exists append, or by their keys with upsert'
    : 'load into it with --if-exists use'
  return {
    code: 'table-exists',
    severity: 'refused',
    object,
    message: 'the target has this table already',
    remedy: `Name another schema; ${load}; replace it with --if-exists replace; or ${another(table)}`,
  }
}

function holdsRows(object: string, table: Table, rowsOnly: boolean): Finding {
  const replace = rowsOnly ? '' : 'put it aside with --if-exists replace, '
  return {
    code: 'table-has-rows',
    severity: 'refused',
    object,
    message: 'the table of the target holds rows, and is to be loaded into as if it were empty',
    remedy: `Add to its rows with --if-exists append, or by their keys with upsert, ${replace}empty it, name another schema, or ${another(table)}`,
  }
}

function noWayBack(object: string, action: Action): Finding {
  return {
    code: 'no-way-back',
    severity: 'consent',
    object,
    message:
      action === 'replace'
        ? 'with --backup none the old table is dropped with its rows, and nothing brings them back'
        : 'with --backup none nobody notes what its rows are like before the run: a rollback takes out what the run wrote, and cannot prove that the others are as before',
    remedy: `Leave out --backup none, or accept it with --accept 'no-way-back:${object}'`,
  }
}
