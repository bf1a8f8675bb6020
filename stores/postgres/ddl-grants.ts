/** Rights that the table before gave to others, given again on the one that takes its place. */
import type { GrantPlan, TablePlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, idents, qualified } from './quote.ts'

/** One effect for each role; the undo is that of the table, which takes its grants along. */
export function grantAgain(table: TablePlan): Effect[] {
  const roles = [...new Set((table.grants ?? []).map(({ to }) => to))]
  return roles.map(role => ({
    object: { kind: 'grant', table: table.name, name: role ?? 'PUBLIC' },
    sql: table.grants!.filter(({ to }) => to === role).map(grant => grantSql(table, grant)),
    undo: [],
  }))
}

/** The rights are the server's own words, as its catalog prints them. */
function grantSql({ target }: TablePlan, { to, rights, columns, grantable }: GrantPlan): string {
  const what = rights.map(right => (columns ? `${right} (${idents(columns)})` : right)).join(', ')
  const role = to === undefined ? 'PUBLIC' : ident(to)
  return `GRANT ${what} ON TABLE ${qualified(target.schema, target.name)} TO ${role}${grantable ? ' WITH GRANT OPTION' : ''}`
}
