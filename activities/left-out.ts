/** `left-out.sql`: everything that the target does not have, with the reason, to be made by hand. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '../home/home.ts'
import type { ObjectRow } from '../ledger/reader.ts'
import { escapeControls, showName } from '../model/name-text.ts'
import type { LeftOut, Plan } from '../model/plan.ts'
import { foreignKeys, tableParts, triggers, views } from '../stores/postgres/plan-effects.ts'

/** Writes the file into a run's folder; returns its path, or undefined where nothing is missing. */
export function writeLeftOut(
  folder: string,
  plan: Plan | undefined,
  objects: readonly ObjectRow[],
): string | undefined {
  const path = join(folder, 'left-out.sql')
  const failed = objects.filter(({ done, error }) => !done && error !== undefined)
  const entries = plan ? [...plan.what.leftOut.map(leftOutEntry), ...failedEntries(plan, failed)] : []
  if (entries.length === 0) {
    rmSync(path, { force: true })
    return undefined
  }
  writePrivate(path, `${[HEAD, ...entries].join('\n\n')}\n`)
  return path
}

const HEAD = `-- What the target does not have. Where it could not be translated, the SQL is the source's own, as a comment: it is
-- for SQLite, and names in it may be commands to another program. Where it could not be made, it is what was tried.`

const leftOutEntry = ({ kind, name, sql, reason }: LeftOut) =>
  entry(`${kind} ${showName(name)}`, reason, asComment(sql))

/** PostgreSQL and psql end a comment at either sign. */
const asComment = (sql: string) =>
  `-- ${sql
    .trimEnd()
    .split(/\r\n|\n|\r/)
    .join('\n-- ')}`

function failedEntries({ what }: Plan, failed: readonly ObjectRow[]): string[] {
  if (failed.length === 0) return []
  const effects = [
    ...what.tables.flatMap(tableParts),
    ...foreignKeys(what),
    ...views(what),
    ...triggers(what),
  ]
  return failed.flatMap(({ kind, table, name, error }) => {
    const tried = effects.find(
      ({ object }) => object.kind === kind && object.table === table && object.name === name,
    )
    const sql = tried?.sql.map(text => `${text};`).join('\n')
    return sql ? [entry(`${kind} ${showName(name)}`, error ?? '', sql)] : []
  })
}

/** A reason may quote a name with a line end in it. */
const entry = (object: string, reason: string, sql: string) =>
  [`-- ${object}`, `-- ${escapeControls(reason)}`, sql].join('\n')
