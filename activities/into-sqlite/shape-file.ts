/** Tables, indexes and views of the file against what the plan makes; runs in a thread. */
import { existsSync } from 'node:fs'
import { fileTables } from '../../ledger/in-file/reader.ts'
import { getFilePlan } from '../../ledger/in-file/runs.ts'
import { ledgerGone } from '../../ledger/runs.ts'
import type { Finding } from '../../model/finding.ts'
import { leaveOut } from '../../model/leave-out.ts'
import { isLoadedInto, type PlanWhat } from '../../model/plan.ts'
import type { SchemaCompared } from '../../model/schema-compared.ts'
import { createIndex, createTable, createView } from '../../stores/sqlite/ddl.ts'
import { type Connection, openSnapshot } from '../../stores/sqlite/open.ts'
import { fileOfRun } from '../../stores/sqlite/write/place.ts'

interface Wanted {
  kind: 'table' | 'index' | 'view' | 'trigger'
  name: string
  sql: string
}

/** SQLite keeps the text of a definition, so that the same text is the same object. */
export async function shapeOfFile({ run, path }: { run: string; path: string }): Promise<SchemaCompared> {
  const file = fileOfRun(path, run)
  if (!existsSync(file)) throw ledgerGone(run)
  const db = openSnapshot(file)
  try {
    const plan = getFilePlan(db, run)
    if (!plan) throw ledgerGone(run)
    const skipped = fileTables(db, run).filter(({ state }) => state === 'skipped')
    const { what } = leaveOut(plan.what, new Set(skipped.map(({ name }) => name)))
    return compare(db, wantedOf(what), what)
  } finally {
    db.close()
  }
}

function wantedOf({ tables, views, triggers }: PlanWhat): Wanted[] {
  const made = tables.filter(table => !isLoadedInto(table))
  return [
    ...made.map(table => ({ kind: 'table' as const, name: table.target.name, sql: createTable(table) })),
    ...made.flatMap(table =>
      table.indexes.map(index => ({
        kind: 'index' as const,
        name: index.name,
        sql: createIndex(table, index),
      })),
    ),
    ...views.map(view => ({ kind: 'view' as const, name: view.target.name, sql: createView(view) })),
    ...triggers.map(({ name, sql = '' }) => ({ kind: 'trigger' as const, name, sql })),
  ]
}

function compare(db: Connection, wanted: readonly Wanted[], { tables }: PlanWhat): SchemaCompared {
  const rows = db
    .prepare<[], { type: string; name: string; sql: string }>('SELECT type, name, sql FROM sqlite_schema')
    .all()
  const there = new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, sql]))
  const differences = wanted.flatMap(object =>
    differenceOf(object, there.get(`${object.kind} ${object.name}`)),
  )
  const counts = (['table', 'index', 'view', 'trigger'] as const).map(kind => ({
    kind,
    expected: wanted.filter(object => object.kind === kind).length,
    found: wanted.filter(object => object.kind === kind && there.has(`${kind} ${object.name}`)).length,
  }))
  const loaded = tables.filter(isLoadedInto).length
  return {
    differences,
    counts: counts.filter(({ expected }) => expected > 0),
    notCompared:
      loaded > 0 ? [`${loaded} table(s) that were there before have the definition that they had`] : [],
  }
}

function differenceOf({ kind, name, sql }: Wanted, there: string | undefined): Finding[] {
  if (there !== undefined && sameText(there, sql)) return []
  const missing = there === undefined
  return [
    {
      code: missing ? 'object-missing' : 'object-differs',
      severity: 'incomplete',
      object: `${kind} ${name}`,
      message: missing ? 'is not there' : 'has another definition than the plan has for it',
      remedy: 'Look at its definition in the file, and at the log of the run',
    },
  ]
}

/** SQLite writes what stands before the name anew. */
const sameText = (there: string, wanted: string): boolean => bodyOf(there) === bodyOf(wanted)
const bodyOf = (sql: string): string => sql.replace(/^CREATE\s+/i, '').trim()
