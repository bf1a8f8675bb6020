/** What a run keeps in its folder of the file that it has written: the ledger, and what the file was like then. */
import { join } from 'node:path'
import { readJson, runFolder } from '../../home/home.ts'

/** The ledger, as a database of its own: there once the run has come to its end. */
export const ledgerCopy = (home: string, run: string): string => join(runFolder(run, home), 'ledger.db')

/** The database as it was before the run, where there was one. */
export const backupOfFile = (home: string, run: string): string =>
  join(runFolder(run, home), 'backup', 'target.db')

/** The file when the run had put it into its place. */
export interface Placed {
  path: string
  ino: number
  size: number
  mtimeMs: number
}

export const placedPath = (home: string, run: string): string => join(runFolder(run, home), 'placed.json')

export const findPlaced = (home: string, run: string): Placed | undefined =>
  readJson<Placed>(placedPath(home, run))
