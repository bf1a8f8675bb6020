/** What a rollback came to, in one sentence. */
import { count } from './amounts.ts'
import { tablesText } from './orders-text.ts'
import type { RollbackScope, RolledBack } from './rollback.ts'

export function rollbackText(
  name: string,
  { kind, tables, where }: RollbackScope,
  { undone, rows }: Pick<RolledBack, 'undone' | 'rows'>,
): string {
  const of = tables ? tablesText(tables) : 'its tables'
  switch (kind) {
    case 'all':
      return tables
        ? `${count(undone, 'object')} taken back; ${of} of run ${name} ${tables.length === 1 ? 'is' : 'are'} as before it`
        : `${undone} object(s) taken back; nothing of run ${name} is left in the target`
    case 'rows':
      return `${count(rows, 'row')} that run ${name} wrote${where === undefined ? '' : ', and the condition holds for,'} deleted; ${of} stay`
    case 'data':
      return `${count(rows, 'row')} that run ${name} wrote deleted; ${of} stay`
    case 'database':
      return `the database is made anew from the dump that run ${name} made before it wrote`
  }
}
