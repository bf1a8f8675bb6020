/** What stands on the tables of a rollback: objects of the run itself, which go along, and those of others. */
import { type ObjectRow, readObjects } from '../ledger/reader.ts'
import type { CarriedObject, PlanWhat } from '../model/plan.ts'
import { isLoadedInto } from '../model/plan.ts'
import { recordOf } from '../stores/postgres/carry/effects.ts'
import { type Dependent, dependentsOf } from '../stores/postgres/dependents.ts'
import type { Subject } from './rollback-subject.ts'

export interface Dependents {
  /** Objects of the run, in other tables or beside them. */
  own: ObjectRow[]
  others: Dependent[]
}

/** Of the tables that the run made and the scope drops; tables that stay keep what stands on them. */
export async function dependentsIn(subject: Subject): Promise<Dependents> {
  const { client, ledger, run, tables, objects, what } = subject
  const made = tables.filter(
    table =>
      !isLoadedInto(table) && objects.some(o => o.kind === 'table' && o.table === table.name && o.done),
  )
  const found = await dependentsOf(
    client,
    made.map(({ target }) => target),
  )
  const pairs = found.map(dependent => ({ dependent, own: objects.find(isThat(dependent, what)) }))
  // An object that the run made meanwhile was recorded before it could be seen.
  const records = pairs.some(({ own }) => !own) ? await readObjects(client, ledger, run.id, true) : []
  return {
    own: [...new Set(pairs.flatMap(({ own }) => own ?? []))],
    others: pairs
      .filter(({ dependent, own }) => !own && !records.some(isThat(dependent, what)))
      .map(({ dependent }) => dependent),
  }
}

/** Whether a record of the ledger is about that object. */
const isThat =
  (dependent: Dependent, { tables, views, carried = [] }: PlanWhat) =>
  (object: ObjectRow): boolean => {
    if (object.done && carried.some(one => isCarriedAs(one, dependent) && isRecordOf(one, object)))
      return true
    if (!object.done || object.name !== dependent.name) return false
    if (dependent.kind === 'view')
      return (
        object.kind === 'view' &&
        views.some(v => v.target.name === dependent.name && v.target.schema === dependent.schema)
      )
    if (dependent.kind !== 'foreign key' || !KEYS.has(object.kind)) return false
    const child = tables.find(t => t.target.name === dependent.of && t.target.schema === dependent.schema)
    return child?.name === object.table
  }

const KEYS: ReadonlySet<string> = new Set(['foreign key', 'constraint for new rows'])

/** What `pg_dump` calls them. */
const CARRIED: Partial<Record<Dependent['kind'], readonly string[]>> = {
  view: ['VIEW', 'MATERIALIZED VIEW'],
  'foreign key': ['FK CONSTRAINT'],
  table: ['TABLE', 'FOREIGN TABLE'],
  function: ['FUNCTION', 'PROCEDURE', 'AGGREGATE'],
}

/** Functions have the types of their arguments in their names there. */
function isCarriedAs({ kind, schema, name }: CarriedObject, dependent: Dependent): boolean {
  if (!CARRIED[dependent.kind]?.includes(kind) || schema !== dependent.schema) return false
  return dependent.kind === 'function' ? name.startsWith(`${dependent.name}(`) : name === dependent.name
}

function isRecordOf(carried: CarriedObject, { kind, table, name }: ObjectRow): boolean {
  const record = recordOf(carried)
  return record.kind === kind && record.table === table && record.name === name
}
