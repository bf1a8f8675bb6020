/** The stage of a run that takes again what an earlier run has rejected: those rows alone, as they stood in its stage. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { Failure } from '../../model/failure.ts'
import { sameName } from '../../model/sqlite-sql/names.ts'
import { codeOf } from '../sqlite/errors.ts'
import type { Connection } from '../sqlite/open.ts'
import { listColumns, listTables } from '../sqlite/pragmas.ts'
import { quote } from '../sqlite/quote.ts'
import { tableNames } from './read.ts'
import { openStageFile } from './schema.ts'
import { rowNumberOf } from './tables.ts'

export interface AgainInput {
  /** Paths of the new stage and of the earlier one. */
  stage: string
  earlier: string
  /** Tables of the stage that a mapping makes rows of; absent: there is no mapping. */
  mapped?: string[]
}

/**
 * Makes the stage, whole or not at all. Rows keep their numbers, so that their places are known; tables that a mapping only looks
 * things up in are there with all their rows. What was no row of a table of the stage stays rejected. Fails with `artifact` where the earlier stage is
 * gone, with `refused` where nothing was rejected.
 */
export function stageAgain({ stage, earlier, mapped }: AgainInput): void {
  if (existsSync(stage)) return
  if (!existsSync(earlier)) throw stageGone()
  const from = openStageFile(earlier)
  const half = `${stage}.half`
  rmSync(half, { force: true })
  const to = openStageFile(half)
  try {
    const rejected = rejectedSources(from)
    if (rejected.length === 0) throw nothing()
    to.prepare('ATTACH ? AS earlier').run(earlier)
    to.transaction(() => {
      for (const table of tableNames(from)) {
        const only = rejected.some(name => sameName(name, table))
        if (only || mapped) copyTable(from, to, table, only ? ONLY : whichOf(table, mapped ?? []))
      }
      copyRecords(to)
    })()
    to.exec('DETACH earlier')
  } catch (error) {
    throw codeOf(error).startsWith('SQLITE_CORRUPT') ? stageGone(error) : error
  } finally {
    to.close()
    from.close()
  }
  renameSync(half, stage)
}

const rejectedSources = (db: Connection): string[] =>
  db
    .prepare<[], string>(
      `SELECT DISTINCT source FROM longhaul_rejected WHERE at = 'image' AND source IS NOT NULL AND row IS NOT NULL`,
    )
    .pluck()
    .all()

const ONLY = `(SELECT row FROM earlier.longhaul_rejected WHERE at = 'image' AND source = ?)`

/** Rows of a table none of which was rejected: those that are looked up are there, others are in the target already. */
const whichOf = (table: string, mapped: readonly string[]): 'all' | 'none' =>
  mapped.some(name => sameName(name, table)) ? 'none' : 'all'

function copyTable(from: Connection, to: Connection, table: string, which: string): void {
  const sql = from
    .prepare<[string], string>(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .pluck()
    .get(table)!
  to.exec(sql)
  if (which === 'none') return
  const columns = listColumns(from, table).flatMap(({ name, hidden }) => (hidden === 0 ? [quote(name)] : []))
  const isNumbered = listTables(from).some(({ name, wr }) => name === table && wr === 0)
  const rowNumber = rowNumberOf(from, table)
  const names = [...(isNumbered ? [rowNumber] : []), ...columns].join(', ')
  const copy = `INSERT INTO main.${quote(table)} (${names}) SELECT ${names} FROM earlier.${quote(table)}`
  if (which === 'all') to.exec(copy)
  else to.prepare(`${copy} WHERE ${rowNumber} IN ${which}`).run(table)
}

function copyRecords(to: Connection): void {
  to.exec(`
    INSERT INTO main.longhaul_file (no, file, state) SELECT no, file, 'earlier' FROM earlier.longhaul_file;
    INSERT INTO main.longhaul_found SELECT * FROM earlier.longhaul_found;
    INSERT INTO main.longhaul_place SELECT * FROM earlier.longhaul_place;
    INSERT INTO main.longhaul_again
      SELECT "table", source, row, part FROM earlier.longhaul_rejected
       WHERE at = 'image' AND source IS NOT NULL AND row IS NOT NULL;
    INSERT INTO main.longhaul_rejected
      SELECT no, 'read', "table", source, row, file, place, key, rule, reason, raw, part FROM earlier.longhaul_rejected
       WHERE at = 'read' OR source IS NULL OR row IS NULL;
  `)
}

export const stageGone = (cause?: unknown) =>
  new Failure(
    {
      code: 'artifact',
      object: 'the earlier run',
      message: 'the rows that it has read are not in its folder any more',
      remedy: 'Run the whole command again',
    },
    { cause },
  )

const nothing = () =>
  new Failure({
    code: 'refused',
    object: 'the earlier run',
    message: 'it has rejected no row that could be taken again',
    remedy:
      'Put the rows that could not be read into a file of their own, corrected, and import that: the others are in the target',
  })
