/** Rows and objects of a rollback's tables, taken out of the target; each step can be repeated after a kill. */
import { Context } from '@temporalio/activity'
import type { ObjectRow } from '../ledger/reader.ts'
import type { Going } from '../ledger/written.ts'
import { placeOf } from '../ledger/written.ts'
import { Failure } from '../model/failure.ts'
import { judge, type TableFacts, takingOf } from '../model/judge-rollback.ts'
import { isLoadedInto, type TablePlan } from '../model/plan.ts'
import type { Reference } from '../stores/postgres/referring.ts'
import { takeRows } from '../stores/postgres/take-rows.ts'
import { goesAlong, isThere, type Subject, survey } from './rollback-subject.ts'
import { undoAll } from './undo.ts'

/** Rows of others in a table that the run made; whether they are the run's own, written anew, is to be seen. */
export class Strangers extends Failure {
  readonly table: TablePlan
  readonly seen: TableFacts
  constructor(table: TablePlan, seen: TableFacts, lost: number) {
    super({
      code: 'refused',
      object: `table "${seen.target}"`,
      message: `has ${lost} row(s) that others wrote or changed since, which would be lost`,
      remedy: 'Move them elsewhere, or roll back with --accept rows-of-others',
    })
    this.table = table
    this.seen = seen
  }
}

export interface Taking {
  subject: Subject
  /** Rows of others may go. */
  mayLose: boolean
  /** Tables whose rows were compared with the run's and are the same, as they were then. */
  same: Map<string, TableFacts>
}

/** Takes the run's rows out of tables that stay; gives how many went. */
export async function takeRowsOf({ subject, mayLose, same }: Taking, tables: TablePlan[]): Promise<number> {
  const { client, ledger, run, scope } = subject
  const there: TablePlan[] = []
  for (const table of tables) if (await isThere(client, table)) there.push(table)
  const decide = async () => {
    const going: Going[] = []
    for (const table of there) {
      Context.current().heartbeat(table.name)
      const facts = await factsNow(subject, table, same)
      const taking = takingOf(facts, scope)
      if (typeof taking === 'object')
        throw new Failure({
          code: 'refused',
          object: `run ${run.name}`,
          message: taking.refused,
        })
      const isOverruled = (facts.over?.overruled ?? 0) > 0
      if (taking === 'every' || isOverruled) mustLoseNothing(subject, table, facts, mayLose)
      going.push({
        ...table,
        every: taking === 'every',
        ...(isOverruled && { changed: true as const }),
        ...(scope.where !== undefined && { where: scope.where }),
      })
    }
    return going
  }
  const along = (reference: Reference) => mayLose && goesAlong(subject, reference)
  const gone = await takeRows(client, ledger, run.id, there, decide, along)
  return [...gone.values()].reduce((sum, rows) => sum + rows, 0)
}

async function factsNow(
  subject: Subject,
  table: TablePlan,
  same: ReadonlyMap<string, TableFacts>,
): Promise<TableFacts> {
  const facts = await survey(subject, table)
  const known = same.get(table.name)
  return known?.rows === facts.rows && known.own === facts.own ? { ...facts, same: true } : facts
}

function mustLoseNothing({ scope }: Subject, table: TablePlan, facts: TableFacts, mayLose: boolean): void {
  const { lost } = judge(facts, scope).table
  if (lost > 0 && !mayLose) throw new Strangers(table, facts, lost)
}

/** Takes objects back, last first; gives those that somebody had dropped before. */
export async function takeObjects(
  { subject, mayLose, same }: Taking,
  objects: readonly ObjectRow[],
): Promise<ObjectRow[]> {
  const { client, ledger, run } = subject
  const drawn = await drawnFrom(subject)
  const guard = async (some: readonly ObjectRow[]) => {
    for (const table of subject.tables) {
      if (mayLose || !some.some(o => o.kind === 'table' && o.done && o.table === table.name)) continue
      if (!(await isThere(client, table))) continue
      await client.query(`LOCK TABLE ${placeOf(table)} IN ACCESS EXCLUSIVE MODE`)
      mustLoseNothing(subject, table, await factsNow(subject, table, same), mayLose)
    }
  }
  const leave = ({ kind, table }: ObjectRow) => kind === 'sequence' && drawn.has(table)
  return undoAll({ client, ledger, run: run.id, guard, leave }, objects)
}

/** Tables that stay with rows that others have added: their sequences may not go back to where they stood. */
async function drawnFrom(subject: Subject): Promise<Set<string>> {
  const found = new Set<string>()
  for (const table of subject.tables.filter(isLoadedInto)) {
    const { there, rows, own, before, over } = await survey(subject, table)
    if (there && rows - own > before - (over?.rows ?? 0)) found.add(table.name)
  }
  return found
}
