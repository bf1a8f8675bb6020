/**
 * Statements worked off by some sessions, none of which ever waits while there is one that could be executed: the one at
 * the head of the longest way to the end goes first, by the times that the last round has measured.
 */
import type { Client } from 'pg'
import type { Statement, StatementKind } from '../script.ts'

export interface Task extends Omit<Statement, 'kind'> {
  kind: 'copy' | StatementKind
  /** Rows of its table. */
  rows: number
}

/** Seconds of each statement when it was executed last. */
export const lastTimes = new Map<string, number>()

export function tasksOf(copies: readonly Task[], after: readonly Statement[]): Task[] {
  const rows = new Map(copies.map(copy => [copy.table, copy.rows]))
  return [...copies, ...after.map(statement => ({ ...statement, rows: rows.get(statement.table) ?? 0 }))]
}

type Begin = (work: (client: Client) => Promise<void>) => Promise<void>

export async function workOff(
  tasks: readonly Task[],
  sessions: number,
  begin: Begin,
  times: Map<string, number>,
): Promise<void> {
  const ranks = ranksOf(tasks, times)
  const waiting = new Set(tasks.toSorted((a, b) => ranks.get(b)! - ranks.get(a)!))
  const running = new Set<Task>()
  let changed = Promise.withResolvers<void>()
  const work = async (client: Client) => {
    while (waiting.size > 0) {
      const task = [...waiting].find(task => mayBegin(task, waiting, running))
      if (!task) {
        await changed.promise
        continue
      }
      waiting.delete(task)
      running.add(task)
      const began = performance.now()
      try {
        await client.query(task.sql)
        times.set(task.sql, (performance.now() - began) / 1000)
      } catch (error) {
        waiting.clear()
        throw error
      } finally {
        running.delete(task)
        changed.resolve()
        changed = Promise.withResolvers()
      }
    }
  }
  await Promise.all(Array.from({ length: sessions }, () => begin(work)))
}

/** Whether one has to be done before the other begins: rows, then indexes, then the keys that need them. */
function comesBefore(first: Task, second: Task): boolean {
  if (first.kind === 'copy') return second.kind !== 'copy' && touches(second, first.table)
  return first.kind === 'primary key' && second.references === first.table
}

const touches = ({ table, references }: Task, other: string) => table === other || references === other

const tablesOf = ({ table, references }: Task) => (references ? [table, references] : [table])

/** Only builds of indexes share a table: the other locks exclude each other, and a session would wait for one. */
const canShare = (a: Task, b: Task) =>
  (a.kind === 'index' && b.kind === 'index') || !tablesOf(a).some(table => touches(b, table))

function mayBegin(task: Task, waiting: Set<Task>, running: Set<Task>): boolean {
  for (const other of waiting) if (comesBefore(other, task)) return false
  for (const other of running) if (comesBefore(other, task) || !canShare(other, task)) return false
  return true
}

/** Seconds from the beginning of a task to the end of everything that waits for it. */
function ranksOf(tasks: readonly Task[], times: Map<string, number>): Map<Task, number> {
  const ranks = new Map<Task, number>()
  const rank = (task: Task): number => {
    const known = ranks.get(task)
    if (known !== undefined) return known
    const after = tasks.filter(other => comesBefore(task, other)).map(rank)
    const own = (times.get(task.sql) ?? task.rows / 1e6) + Math.max(0, ...after)
    ranks.set(task, own)
    return own
  }
  for (const task of tasks) rank(task)
  return ranks
}
