/** The target as the planner sees it: as it is, or as a new database would be where none was named. */
import { isNowhere, type PostgresEndpoint } from '../model/endpoint.ts'
import { BLANK_TARGET, type TargetDescription } from '../model/target.ts'
import { describeTarget } from '../stores/postgres/describe.ts'
import { withSession } from './session.ts'

export async function lookAtTarget(
  home: string,
  target: PostgresEndpoint,
  run: string,
): Promise<TargetDescription> {
  if (isNowhere(target)) return BLANK_TARGET
  return withSession(home, target, run, client => describeTarget(client, target.schema))
}
