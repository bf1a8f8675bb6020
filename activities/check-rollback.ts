/** Whether a run can be taken back, and what would be lost; writes nothing. */
import { Context } from '@temporalio/activity'
import { goes, placeOf } from '../ledger/written.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { type Judged, judge, type TableFacts } from '../model/judge-rollback.ts'
import type { TablePlan } from '../model/plan.ts'
import type { RollbackCheck, RollbackScope } from '../model/rollback.ts'
import { identify } from '../stores/postgres/backend.ts'
import { checkAround } from './check-around.ts'
import { checkCondition } from './check-condition.ts'
import { checkDump } from './check-dump.ts'
import { rightsLacking } from './check-rights.ts'
import type { Work } from './edge.ts'
import { openSubject, type Subject, survey } from './rollback-subject.ts'
import { sameRows } from './same-rows.ts'
import { withSession } from './session.ts'
import { watched } from './watch.ts'
import { withoutRecord } from './without-record.ts'

export interface CheckInput {
  run: string
  target: PostgresEndpoint
  scope: RollbackScope
}

/** Reads all rows of the run's tables. Of a run that the target's ledger does not have, this host's memory decides. */
export async function checkRollback(work: Work, input: CheckInput): Promise<RollbackCheck> {
  if (input.scope.kind === 'database') return checkDump(work, input)
  const { home } = work
  return withSession(home, input.target, input.run, async client =>
    watched(home, input, await identify(client), async () => {
      await client.query('SET default_transaction_read_only = on')
      const subject = await openSubject(client, input)
      return subject ? checkSubject(home, input, subject) : withoutRecord(home, input, client)
    }),
  )
}

/** Payloads have a bound. */
const MOST_TABLES = 500
const MOST_LINES = 100

async function checkSubject(home: string, input: CheckInput, subject: Subject): Promise<RollbackCheck> {
  const { scope } = input
  const { refusals: rights, unreadable } = await rightsLacking(subject)
  const readable = { ...subject, tables: subject.tables.filter(({ name }) => !unreadable.has(name)) }
  const condition = await checkCondition(readable)
  // A condition that cannot be read narrows nothing, and counting by it would fail.
  const counted = condition.length > 0 ? { ...readable, scope: withoutCondition(scope) } : readable
  const around = await checkAround(counted)
  const judged: Judged[] = []
  const dropped: string[] = []
  for (const table of readable.tables) {
    Context.current().heartbeat(table.name)
    const facts = await factsOf(home, input, counted, table)
    judged.push(judge(facts, scope))
    if (facts.dropped && scope.kind === 'all') dropped.push(facts.target)
  }
  const refusals = [...rights, ...around.refusals, ...condition, ...judged.flatMap(j => j.refusals)]
  const tables = [...judged.map(j => j.table), ...around.along].sort(
    (a, b) => Number(b.changed) - Number(a.changed),
  )
  const loses = tables.some(({ lost }) => lost > 0)
  return {
    safe: refusals.length === 0 && !loses,
    loses,
    refusals: capped(refusals),
    warnings: capped([...judged.flatMap(j => j.warnings), ...around.warnings]),
    tables: tables.slice(0, MOST_TABLES),
    more: Math.max(0, tables.length - MOST_TABLES),
    ...(dropped.length > 0 && { dropped: capped(dropped) }),
    state: subject.run.state,
  }
}

const withoutCondition = ({ where: _, ...scope }: RollbackScope): RollbackScope => scope

const capped = (lines: string[]) =>
  lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`] : lines

async function factsOf(
  home: string,
  input: CheckInput,
  subject: Subject,
  table: TablePlan,
): Promise<TableFacts> {
  const facts = await survey(subject, table)
  const same = await sameRows(home, input.target, subject, table, facts)
  const narrowed = await narrowedRows(subject, table, facts)
  return { ...facts, ...(same !== undefined && { same }), ...(narrowed !== undefined && { narrowed }) }
}

async function narrowedRows(
  { client, ledger, run, scope }: Subject,
  table: TablePlan,
  { there, unknown }: TableFacts,
): Promise<number | undefined> {
  if (scope.where === undefined || !there || unknown !== undefined) return undefined
  const going = { ...table, every: false, where: scope.where }
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::float8 AS n FROM ${placeOf(table)} AS t WHERE ${goes(ledger, run.id, going, 't')}`,
  )
  return rows[0]!.n
}
