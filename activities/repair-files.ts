/**
 * What a repair leaves in its run's folder: scripts that put the old rows back, and a list of its transactions. Both
 * are on the disk before a transaction commits; whether it did, the server knows.
 */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder, runFolder, sync } from '../home/home.ts'
import type { RowCounts } from '../model/repair.ts'
import { fileOfTable } from './locate-rows.ts'

/** A transaction of a repair. */
export interface Transaction {
  table: string
  /** Decimal text of an xid8. */
  xid: string
  done: RowCounts
  /** Name of the script in the same folder. */
  undo: string
}

/** A place in the run's folder. @param at ISO 8601: when the repair began, which names it */
export const repairFolder = (at: string): string => join('repairs', at.replaceAll(/[:.]/g, '-'))

const LIST = 'transactions.jsonl'

/** A script under way: written to the disk by `close`, or taken away by `discard`. */
export class UndoScript {
  readonly name: string
  readonly #path: string
  /** Absent once it is closed. */
  #file: number | undefined
  #rows = 0

  constructor(home: string, run: string, at: string, table: string, xid: string) {
    this.name = fileOfTable(table, `${xid}.sql`)
    this.#path = join(makeFolder(join(runFolder(run, home), repairFolder(at))), this.name)
    this.#file = openSync(this.#path, 'w', 0o600)
    this.line(HEAD)
  }

  bytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#file!, bytes, from)
  }

  end(): void {
    this.#rows++
    writeSync(this.#file!, '\n')
  }

  line(text: string): void {
    this.bytes(Buffer.from(`${text}\n`))
  }

  get rows(): number {
    return this.#rows
  }

  close(): void {
    this.line('COMMIT;')
    fsyncSync(this.#file!)
    closeSync(this.#file!)
    this.#file = undefined
    sync(dirname(this.#path))
  }

  discard(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    rmSync(this.#path, { force: true })
  }
}

const HEAD = `-- Puts back what a repair changed in one table: psql -v ON_ERROR_STOP=1 -f THIS_FILE
BEGIN;
SET LOCAL search_path = pg_catalog;
SET LOCAL standard_conforming_strings = on;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'iso_8601';`

/** Adds a transaction that is about to commit. */
export function noteTransaction(home: string, run: string, at: string, transaction: Transaction): void {
  const path = join(makeFolder(join(runFolder(run, home), repairFolder(at))), LIST)
  const file = openSync(path, 'a', 0o600)
  try {
    writeSync(file, `${JSON.stringify(transaction)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  sync(dirname(path))
}

/** The transactions of a repair, also those that may not have committed. */
export function readTransactions(home: string, run: string, at: string): Transaction[] {
  let text: string
  try {
    text = readFileSync(join(runFolder(run, home), repairFolder(at), LIST), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  // A line that was cut off by a kill is one of a transaction that cannot have committed.
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap(line => parsed(line))
}

function parsed(line: string): Transaction[] {
  try {
    return [JSON.parse(line) as Transaction]
  } catch {
    return []
  }
}

/** Takes away the script of a transaction that did not commit. */
export function dropScript(home: string, run: string, at: string, { undo }: Transaction): void {
  rmSync(join(runFolder(run, home), repairFolder(at), undo), { force: true })
}
