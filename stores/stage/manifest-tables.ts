/** Tables of the image as longhaul itself has declared them beside the files: the database that was exported. */

import { Failure } from '../../model/failure.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { Finding } from '../../model/finding.ts'
import { sameName } from '../../model/sqlite-sql/names.ts'
import type { Connection } from '../sqlite/open.ts'
import { listColumns } from '../sqlite/pragmas.ts'
import { quote } from '../sqlite/quote.ts'
import type { StageTable } from './read.ts'
import type { ImageTable } from './typed-table.ts'

/** Makes it; columns that the table computes, and those that the files have no more, are not written. */
export function tableOfManifest(
  to: Connection,
  { name, columns }: StageTable,
  known: ManifestTable,
): ImageTable {
  makeKnown(to, known)
  const there = new Set(listColumns(to, known.name).flatMap(c => (c.hidden === 0 ? [c.name] : [])))
  // The row numbers of a virtual table are what others know its rows by.
  if (there.size > 0 && VIRTUAL.test(known.sql)) there.add('rowid')
  if (there.size === 0) throw strange(name)
  return {
    columns: columns
      .filter(c => [...there].some(n => sameName(n, c.name)))
      .map(c => ({ name: c.name, read: quote(c.name) })),
  }
}

/** Makes it without rows. */
export const makeKnown = (to: Connection, { name, sql }: ManifestTable): void => run(to, sql, TABLE, name)

const VIRTUAL = /^\s*CREATE\s+VIRTUAL\s+TABLE\b/i
const TABLE = /^\s*CREATE\s+(?:TABLE\b|VIRTUAL\s+TABLE\b[\s\S]+?\bUSING\s+(?:fts[345]|rtree|rtree_i32)\b)/i

/** An index, a view, a trigger, or where an AUTOINCREMENT stood; what cannot be made any more, as the rows were changed, is told. */
export function makeAfter(to: Connection, statement: string, findings: Finding[]): void {
  try {
    run(to, statement, AFTER, 'manifest')
  } catch (error) {
    if (error instanceof Failure) throw error
    findings.push({
      code: 'not-made',
      severity: 'incomplete',
      object: nameIn(statement),
      message: 'cannot be made over the rows of the files as they are now',
      remedy: 'Correct the rows that break it, or accept it',
    })
  }
}

const AFTER =
  /^(?:\s*CREATE\s+(?:UNIQUE\s+INDEX|INDEX|VIEW|TRIGGER)\b|DELETE FROM sqlite_sequence WHERE name = '(?:[^']|'')*'$|INSERT INTO sqlite_sequence \(name, seq\) VALUES \('(?:[^']|'')*', -?\d+\)$)/i

const nameIn = (statement: string): string =>
  /^\s*CREATE\s+(?:UNIQUE\s+)?(\w+)\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")*"|\S+)/i
    .exec(statement)
    ?.slice(1, 3)
    .join(' ') ?? 'manifest'

/** The file may come from anybody: one statement of the kind that is expected, and nothing else. */
function run(to: Connection, sql: string, wanted: RegExp, name: string): void {
  if (!wanted.test(sql)) throw strange(name)
  to.prepare(sql).run()
}

const strange = (name: string) =>
  new Failure({
    code: 'source',
    object: `table ${name}`,
    message: 'what stands beside the files about it is none of what longhaul writes',
    remedy: 'Take longhaul.json away to read the files by themselves',
  })
