/** The SQL of a plan into SQLite, beside it in the run's folder: for reading, and for whoever runs it by hand. */
import { join } from 'node:path'
import { runFolder, writePrivate } from '../../home/home.ts'
import type { Plan } from '../../model/plan.ts'
import { scriptsOf } from '../../stores/sqlite/script.ts'

/** Writes `schema.sql` and `rollback.sql`, but not for a plan that is refused or writes nothing. */
export function writeScripts(home: string, run: string, plan: Plan): void {
  const isRefused = plan.findings.some(({ severity }) => severity === 'refused')
  if (plan.what.policies.scope === 'check' || isRefused) return
  const folder = runFolder(run, home)
  const { sql, rollback } = scriptsOf(plan)
  writePrivate(join(folder, 'schema.sql'), sql)
  writePrivate(join(folder, 'rollback.sql'), rollback)
}
