/** The verbs of runs whose rows are laid down in a SQLite database first. */
import { sqliteToPostgres } from '../from-sqlite.ts'
import { intoSqlite } from '../into-sqlite/verbs.ts'
import { attach, attachFile } from './attach.ts'
import * as intoFile from './into-file.ts'
import { openStage } from './open-stage.ts'
import { release, report } from './report.ts'
import { takeSnapshot } from './take-snapshot.ts'

export const stagedIntoPostgres = { ...sqliteToPostgres, attach, openStage, takeSnapshot, report, release }

export const stagedIntoSqlite = {
  ...intoSqlite,
  ...intoFile,
  ...{ attach: attachFile, openStage, takeSnapshot },
}
