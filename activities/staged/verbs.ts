/** The verbs of runs whose rows are laid down in a SQLite database first. */
import { sqliteToPostgres } from '../from-sqlite.ts'
import { intoSqlite } from '../into-sqlite/verbs.ts'
import { attach } from './attach.ts'
import { openStage } from './open-stage.ts'
import { takeSnapshot } from './take-snapshot.ts'

export const stagedIntoPostgres = { ...sqliteToPostgres, attach, openStage, takeSnapshot }

export const stagedIntoSqlite = { ...intoSqlite, attach, openStage, takeSnapshot }
