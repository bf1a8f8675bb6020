/** The SQL of a plan, beside it in the run's folder: for reading, and for whoever runs it by hand. */
import { join } from 'node:path'
import { runFolder, writePrivate } from '../home/home.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { isLoadedInto, type Plan } from '../model/plan.ts'
import type { TargetDescription } from '../model/target.ts'
import { asideSchema } from '../stores/postgres/aside.ts'
import type { Effect } from '../stores/postgres/ddl.ts'
import { foreignKeysAside } from '../stores/postgres/foreign-keys-aside.ts'
import { scriptsOf } from '../stores/postgres/script.ts'
import { silenceTriggers } from '../stores/postgres/triggers.ts'
import { withSession } from './session.ts'

export interface ScriptsInput {
  run: string
  endpoint: PostgresEndpoint
  plan: Plan
  target: TargetDescription
}

/** Writes `schema.sql` and `rollback.sql`, but not for a plan that is refused or writes nothing. */
export async function writeScripts(
  home: string,
  { run, endpoint, plan, target }: ScriptsInput,
): Promise<void> {
  const { what, findings } = plan
  if (what.policies.scope === 'check' || findings.some(({ severity }) => severity === 'refused')) return
  const { sql, rollback } = scriptsOf(plan, {
    ...(!target.schema.exists && { newSchema: target.schema.name }),
    aside: asideSchema(run),
    putAside: await putAside(home, run, endpoint, plan),
  })
  const folder = runFolder(run, home)
  writePrivate(join(folder, 'schema.sql'), sql)
  writePrivate(join(folder, 'rollback.sql'), rollback)
}

/** Only the server can say what is on tables that are there. */
async function putAside(
  home: string,
  run: string,
  endpoint: PostgresEndpoint,
  { what }: Plan,
): Promise<Map<string, Effect[]>> {
  const used = what.tables.filter(isLoadedInto)
  const found = new Map<string, Effect[]>()
  if (used.length === 0) return found
  await withSession(home, endpoint, run, async client => {
    for (const table of used) {
      const silence = await silenceTriggers(client, table)
      found.set(table.name, [...(silence ? [silence] : []), ...(await foreignKeysAside(client, table))])
    }
  })
  return found
}
