/** The verbs of runs that write files. */
import { sqliteToPostgres } from '../from-sqlite.ts'
import { stagedIntoPostgres } from '../staged/verbs.ts'
import { writeFiles } from './write-files.ts'

const { present, takeSnapshot } = sqliteToPostgres

/** From a SQLite file. */
export const intoFiles = { takeSnapshot, present, writeFiles }

/** From what is laid down first. */
export const stagedIntoFiles = {
  ...intoFiles,
  openStage: stagedIntoPostgres.openStage,
  takeSnapshot: stagedIntoPostgres.takeSnapshot,
}
