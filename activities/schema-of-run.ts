/** Tables that a run made, against its plan; of those that it loaded into, whether what they have is of use. */
import type { Client } from 'pg'
import { type ObjectRow, readObjects, readTables } from '../ledger/reader.ts'
import { findLedger, type Place } from '../ledger/schema.ts'
import { leaveOut } from '../model/leave-out.ts'
import type { TablePlan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import type { SchemaCompared } from '../model/schema-compared.ts'
import { findingOf } from '../stores/postgres/shape/difference.ts'
import { compareSchemas, shapesOf, subjectsOf } from '../stores/postgres/shape/schema.ts'
import { readArtifact } from './artifacts.ts'

/** What could not be made, or was left out by an operator, is told already. `step` is called between statements. */
export async function compareOfRun(
  client: Client,
  home: string,
  { run, request }: { run: string; request: PlanRequest },
  step: () => void,
): Promise<SchemaCompared> {
  const plan = readArtifact(home, run, 'plan')
  const ledger = await findLedger(client, request.target.schema)
  const skipped = ledger ? await skippedTables(client, ledger, run) : []
  const objects = byId(ledger ? await readObjects(client, ledger, run) : [])
  const { tables } = leaveOut(plan.what, new Set(skipped)).what
  const shapes = await shapesOf(client, tables)
  const compared = await compareSchemas(client, subjectsOf(tables, shapes), {
    ours: true,
    failed: ({ name }, part) => hasFailed(objects.get(idOf({ ...part, table: name }))),
    told: ({ name }, part) => objects.get(idOf({ ...part, table: name }))?.done === true,
    step,
  })
  const gone = tables.filter(({ name }) => !shapes.has(name)).map(notThere)
  return { ...compared, differences: [...gone, ...compared.differences] }
}

async function skippedTables(client: Client, ledger: Place, run: string): Promise<string[]> {
  const tables = await readTables(client, ledger, run)
  return tables.flatMap(({ name, state }) => (state === 'skipped' ? [name] : []))
}

const byId = (objects: readonly ObjectRow[]) => new Map(objects.map(object => [idOf(object), object]))

const idOf = ({ kind, table, name }: Pick<ObjectRow, 'kind' | 'table' | 'name'>) =>
  JSON.stringify([kind, table, name])

const hasFailed = (object: ObjectRow | undefined): boolean =>
  object !== undefined && !object.done && object.error !== undefined

const notThere = (table: TablePlan) =>
  findingOf(table, {
    ...{ code: 'table-not-there', columns: [], message: 'the target has no such table any more' },
    remedy: 'Take the run back and start anew',
  })
