/** Plans of tables for tests, with only what a test says. */
import type { ColumnPlan, TablePlan } from '../../../model/plan.ts'
import type { LogicalType } from '../../../model/types.ts'
import { connect } from '../../../sessions/connect.ts'

export function columnPlan(name: string, type: LogicalType, more: Partial<ColumnPlan> = {}): ColumnPlan {
  return { name, target: name, type, notNull: false, wide: false, why: 'a test says so', ...more }
}

export function tablePlan(name: string, columns: ColumnPlan[], more: Partial<TablePlan> = {}): TablePlan {
  return {
    ...{ name, target: { schema: 'public', name }, action: 'create' as const, columns },
    ...{
      access: { by: 'whole' as const },
      key: [],
      uniques: [],
      checks: [],
      statistics: [],
      indexes: [],
      foreignKeys: [],
    },
    ...{ rows: 0, bytes: 0, sourceSql: '', ...more },
  }
}

/** A session as a run has it, with an environment of its own: nothing of the machine's gets in. */
export function session(url: string, env: NodeJS.ProcessEnv = {}) {
  const endpoint = { kind: 'postgres' as const, connection: url, schema: 'public' }
  const lookup = { home: '/nonexistent/longhaul-home', env: { HOME: '/nonexistent', ...env } }
  return connect(endpoint, { ...lookup, application: 'longhaul test' })
}
