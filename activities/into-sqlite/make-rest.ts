/** What needs the rows of all tables: views, numbers given out, statistics. Runs in a thread. */
import { fileObjects, forgetObject, isMade, noteObject, TRIGGER_ASIDE } from '../../ledger/in-file/objects.ts'
import { setFileStep } from '../../ledger/in-file/runs.ts'
import { rowNumberOf } from '../../model/mirror.ts'
import type { TablePlan, ViewPlan } from '../../model/plan.ts'
import { createView } from '../../stores/sqlite/ddl.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { workPath } from '../../stores/sqlite/write/place.ts'
import type { Progress } from '../progress.ts'
import { type FilePlace, type RunFile, withFile, written } from './file.ts'
import { leftOutOf } from './left-out.ts'
import { refusedBy } from './refused.ts'

/** Rows of an index that statistics look at: of 2 million rows and 19 indexes they take 0.05 s so, as good for the planner. */
const LOOKED_AT = 1000

/** Returns what could not be made, in words. */
export async function makeRest(
  { place }: { place: FilePlace },
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  return withFile(place, { progress, signal }, async file => {
    const { what, missing } = leftOutOf(file)
    const { db, token } = file
    await written(file, () => setFileStep(db, token.run, 'finish', 'running'))
    const failures = [...missing]
    for (const view of what.views) {
      const failure = await makeView(file, view)
      if (failure) failures.push(failure)
    }
    for (const { name, sql } of what.triggers) {
      const failure = await makeTrigger(file, name, sql!)
      if (failure) failures.push(failure)
    }
    await written(file, () => {
      putBackTriggers(file)
      for (const table of what.tables) countOn(db, table)
      if (db.name === workPath(place.target.path, place.run)) analyze(db, what.tables)
      setFileStep(
        db,
        token.run,
        'finish',
        'done',
        failures.length > 0 ? `${failures.length} object(s) not made` : undefined,
      )
    })
    return failures
  })
}

async function makeView(file: RunFile, view: ViewPlan): Promise<string | undefined> {
  const { db, token } = file
  const name = quote(view.target.name)
  const object = { kind: 'view', table: '', name: view.target.name, undo: [`DROP VIEW IF EXISTS ${name}`] }
  if (isMade(db, token.run, object)) return undefined
  try {
    await written(file, () => {
      db.exec(createView(view))
      // Only who asks a view finds out what is wrong with it.
      db.prepare(`SELECT * FROM ${name} LIMIT 0`)
      noteObject(db, token, object)
    })
    return undefined
  } catch (error) {
    const reason = refusedBy(error)
    await written(file, () => noteObject(db, token, object, reason))
    return `view "${view.name}": ${reason}`
  }
}

async function makeTrigger(file: RunFile, name: string, sql: string): Promise<string | undefined> {
  const { db, token } = file
  const object = { kind: 'trigger', table: '', name, undo: [`DROP TRIGGER IF EXISTS ${quote(name)}`] }
  if (isMade(db, token.run, object)) return undefined
  try {
    await written(file, () => {
      db.exec(sql)
      noteObject(db, token, object)
    })
    return undefined
  } catch (error) {
    const reason = refusedBy(error)
    await written(file, () => noteObject(db, token, object, reason))
    return `trigger "${name}": ${reason}`
  }
}

/** Of a new database: one that is there has the statistics that its owner wants. */
function analyze(db: Connection, tables: readonly TablePlan[]): void {
  db.pragma(`analysis_limit = ${LOOKED_AT}`)
  for (const { target } of tables) db.exec(`ANALYZE ${quote(target.name)}`)
}

/** With them goes the record of putting them aside, so that a rollback makes none twice. */
function putBackTriggers({ db, token }: RunFile): void {
  for (const object of fileObjects(db, token.run)) {
    if (object.kind !== TRIGGER_ASIDE) continue
    for (const statement of object.undo) db.exec(statement)
    forgetObject(db, token.run, object)
  }
}

/** The next number is one that the source has not given out. */
function countOn(db: Connection, table: TablePlan): void {
  const last = rowNumberOf(table)?.identity?.last
  if (last === undefined) return
  const { changes } = db
    .prepare('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?')
    .run(BigInt(last), table.target.name)
  if (changes === 0)
    db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table.target.name, BigInt(last))
}
