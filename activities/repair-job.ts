/** Repairs tables one after the other, or says what a repair would do; runs in a thread. */
import type { Client } from 'pg'
import { count } from '../model/amounts.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import { noRows, type RepairKind, type RowCounts } from '../model/repair.ts'
import { countPairs, differingGroups, leftOver, pairOff, type Sides } from '../stores/digest/pair-off.ts'
import { pickSource } from '../stores/digest/pick-source.ts'
import { pickTarget } from '../stores/digest/pick-target.ts'
import { pickerOf } from '../stores/digest/picker.ts'
import { digestSource } from '../stores/digest/source.ts'
import { digestTarget } from '../stores/digest/target.ts'
import { openStage, pairStaged, stageSource, stageTarget } from '../stores/postgres/repair-stage.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { SourceStore } from '../stores/store.ts'
import { digestOfChunks, ownRows } from './digest-job.ts'
import type { Progress } from './progress.ts'
import { withTableLock } from './repair-lock.ts'
import { type RepairPlace, type Written, writeRows } from './repair-write.ts'
import { tellBackend, withSession } from './session.ts'

export interface RepairJob extends RepairPlace {
  target: RunPlace['target']
  /** None: only counts. */
  kinds: readonly RepairKind[]
  snapshot: string
  tables: TablePlan[]
  /** By table, what speaks against writing its rows, in words. */
  hindrances: Record<string, string[]>
}

/** A table that was not equal when it was looked at. */
export interface TableSeen {
  table: string
  found: RowCounts
  done: RowCounts
  /** Rows that somebody has changed meanwhile; they stay. */
  moved: number
  /** A rule of the target is in the way, which may be otherwise once other tables are repaired. */
  blocked: boolean
  /** Why nothing, or not all of it, was done, in words. */
  reasons: string[]
}

/** The sessions and files that are open during a job. */
interface Open extends RepairJob {
  /** Reads the target in one snapshot, so that no row moves from its place meanwhile. */
  reader: Client
  writer: Client
  store: SourceStore
  progress: Progress
}

/** Gives the tables that were not equal. */
export async function repairTables(
  job: RepairJob,
  progress: Progress,
  signal: AbortSignal,
): Promise<TableSeen[]> {
  const { home, target, run } = job
  const store = openSqlite(job.snapshot)
  try {
    return await withSession(home, target, run, reader =>
      withSession(home, target, run, async writer => {
        const open = { ...job, reader, writer, store, progress }
        const seen: TableSeen[] = []
        for (const table of job.tables) {
          signal.throwIfAborted()
          seen.push(...(await repairTable(open, table)))
        }
        return seen
      }),
    )
  } finally {
    store.close()
  }
}

function repairTable(open: Open, table: TablePlan): Promise<TableSeen[]> {
  const work = () => inSnapshot(open.reader, () => lookAndWrite(open, table))
  return open.kinds.length === 0 ? work() : withTableLock(open.writer, open.run, table, work)
}

async function inSnapshot<T>(reader: Client, work: () => Promise<T>): Promise<T> {
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const result = await work()
  await reader.query('COMMIT')
  return result
}

async function lookAndWrite(open: Open, table: TablePlan): Promise<TableSeen[]> {
  const { ledger, run, store, reader } = open
  const heard = (rows: number) => open.progress({ table: table.name, rows })
  await watch(open, reader)
  const where = ledger && ownRows(ledger.place, run, table)
  const target = await digestTarget(reader, table, heard, where)
  const source = ledger
    ? await digestOfChunks(open.writer, ledger.place, run, table)
    : digestSource(store, table, {}, heard).digest
  if (source.equals(target)) return []
  const seen: TableSeen = {
    table: table.name,
    found: noRows(),
    done: noRows(),
    moved: 0,
    blocked: false,
    reasons: [],
  }
  let snapshot = source
  const sides: Sides = {
    source: async pick => {
      snapshot = digestSource(store, table, {}, heard, pick).digest
    },
    target: async pick => void (await digestTarget(reader, table, heard, where, pick)),
  }
  for (const buckets of differingGroups({ source, target })) {
    const rows = await pairOff(sides, buckets)
    if (!snapshot.equals(source)) return [{ ...seen, reasons: [OTHER_ROWS] }]
    const keys = leftOver(rows)
    const found = noRows()
    countPairs(keys, found)
    add(seen.found, found)
    const kinds = open.kinds.filter(kind => found[kind] > 0)
    if (kinds.length === 0) continue
    const hindrances = open.hindrances[table.name] ?? []
    if (hindrances.length > 0) {
      seen.reasons = hindrances
      continue
    }
    const stage = await openStage(open.writer, table)
    const missing = pickSource(store, table, pickerOf('source', rows, keys), heard)
    await stageSource(open.writer, stage, missing, heard)
    const places = pickTarget(reader, table, pickerOf('target', rows, keys), heard, where)
    await stageTarget(open.writer, places)
    await pairStaged(open.writer, stage)
    await watch(open, open.writer)
    const written = await writeRows(open.writer, open, stage, kinds)
    add(seen.done, written.done)
    seen.moved += written.moved
    seen.blocked ||= written.violations.length > 0
    seen.reasons.push(...written.violations, ...leftReasons(found, written, kinds))
    await watch(open, reader)
  }
  return [{ ...seen, reasons: [...new Set(seen.reasons)] }]
}

/** Why rows stay that no rule of the target is against. */
function leftReasons(
  found: RowCounts,
  { done, moved, violations }: Written,
  kinds: readonly RepairKind[],
): string[] {
  if (violations.length > 0) return []
  const left = kinds.reduce((sum, kind) => sum + found[kind] - done[kind], 0)
  if (left === 0) return []
  return moved > 0
    ? [`${count(left, 'row')} left alone: somebody has changed them meanwhile`]
    : [
        `${count(left, 'row')} left alone: the target has another row with the same key, or counts the differing column itself`,
      ]
}

/** The server is at work in this session now: while it is, the activity is alive. */
async function watch({ progress }: Open, client: Client): Promise<void> {
  await tellBackend(client, progress)
}

function add(sum: RowCounts, more: RowCounts): void {
  sum.missing += more.missing
  sum.different += more.different
  sum.surplus += more.surplus
}

const OTHER_ROWS =
  'what the run wrote of it is not what its snapshot gives by its plan (rows were skipped, replayed from quarantine, or taken back), so it is not repaired'
