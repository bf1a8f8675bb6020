/** Why a rollback is not begun: something in the way, or a loss that nobody has consented to. */
import { count } from './amounts.ts'
import type { FailureFacts } from './failure.ts'
import { showName } from './name-text.ts'
import { type Loss, mayLose, type RollbackCheck } from './rollback.ts'

/** What was asked for, as far as a refusal is about it. */
interface Asked {
  name: string
  accept?: readonly Loss[]
  backup?: 'auto' | 'none'
}

/** Undefined where the check lets it pass. */
export function refusalOf({ name, accept, backup }: Asked, check: RollbackCheck): FailureFacts | undefined {
  const about = { code: 'refused' as const, object: `run ${name}` }
  if (check.refusals.length > 0)
    return {
      ...about,
      message: `it cannot be taken back: ${check.refusals.join('; ')}`,
      remedy: 'Nothing was changed',
    }
  if (!check.loses || mayLose(accept)) return undefined
  const dumped = backup === 'none' ? '' : ', after a dump'
  return {
    ...about,
    message: `taking it back would lose what is not its own: ${lossText(check)}`,
    remedy: `Nothing was changed; --accept rows-of-others consents to that loss${dumped}`,
  }
}

const MOST_TABLES = 10

/** What of others would be lost, by table: `2 rows in public.a, 1 row in public.b`. */
export function lossText({ tables, more, sessions = 0 }: RollbackCheck): string {
  const losing = tables.filter(({ lost }) => lost > 0)
  const hidden = Math.max(0, losing.length - MOST_TABLES) + more
  return [
    ...losing.slice(0, MOST_TABLES).map(({ target, lost }) => `${count(lost, 'row')} in ${showName(target)}`),
    ...(hidden > 0 ? [`perhaps more in ${count(hidden, 'other table')}`] : []),
    ...(sessions > 0 ? [`${count(sessions, 'open session')} with what is not committed there`] : []),
  ].join(', ')
}
