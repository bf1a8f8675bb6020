/** A table that an operator skips: what was made of it is taken back. */
import type { RunPlace } from '../model/payloads.ts'
import type { Work } from './edge.ts'
import { openSubject } from './rollback-subject.ts'
import { takePart } from './take-scope.ts'
import { withTarget } from './target.ts'
import { watched } from './watch.ts'

/**
 * Returns what became of the table, in words. Fails with `fenced` where the run is somebody else's, and with
 * `object` or `refused` where an operator has to do something first; an attempt after a killed one goes on.
 */
export async function leaveOut(
  { home, ...work }: Work,
  { place, table }: { place: RunPlace; table: string },
): Promise<string> {
  return withTarget(home, place, async ({ client, me, token }) => {
    await client.query(`SET lock_timeout = '15s'`)
    return watched(home, place, me, async () => {
      const scope = { kind: 'all' as const, tables: [table] }
      const subject = (await openSubject(client, { run: place.run, target: place.target, scope }))!
      const asked = { target: place.target, mayLose: false, givenUp: false }
      const { undone, rows } = await takePart({ home, ...work }, subject, asked, token)
      return `${undone} object(s) and ${rows} row(s) of it taken back`
    })
  })
}
