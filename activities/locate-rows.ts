/** Which rows of a table differ: found by their hashes, listed in a file of the run's folder. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { runFolder, writePrivate } from '../home/home.ts'
import type { Located } from '../model/located.ts'
import type { TablePlan } from '../model/plan.ts'
import { sha256 } from '../model/sha256.ts'
import type { Digest } from '../stores/digest/digest.ts'
import type { RowHeard } from '../stores/digest/digester.ts'
import { locate } from '../stores/digest/locate.ts'
import type { Sides } from '../stores/digest/pair-off.ts'
import { digestSource } from '../stores/digest/source.ts'
import { digestTarget } from '../stores/digest/target.ts'
import type { SourceStore } from '../stores/store.ts'

/** Folder of the lists in that of the run. */
const LISTS = 'differences'

interface Pair {
  home: string
  run: string
  client: Client
  store: SourceStore
  table: TablePlan
  progress: (rows: number) => void
  /** Condition over the alias `t` for the target's rows that are compared. */
  where?: string
}

/** Reads both sides twice again. The file is written anew. */
export function locateRows(
  { home, run, client, store, table, progress, where }: Pair,
  digests: { source: Digest; target: Digest },
): Promise<Located> {
  const sides = {
    source: async (heard: RowHeard) => void digestSource(store, table, {}, progress, heard),
    target: async (heard: RowHeard) => void (await digestTarget(client, table, progress, where, heard)),
  }
  return listRows({ home, run, table }, sides, digests)
}

/** The same of any two sides. */
export async function listRows(
  { home, run, table }: Pick<Pair, 'home' | 'run' | 'table'>,
  sides: Sides,
  digests: { source: Digest; target: Digest },
): Promise<Located> {
  const lines: string[] = []
  const found = await locate(table, sides, digests, row =>
    lines.push(`${JSON.stringify({ table: table.name, ...row })}\n`),
  )
  const file = join(LISTS, fileOfTable(table.name, 'jsonl'))
  writePrivate(join(runFolder(run, home), file), lines.join(''))
  return { ...found, file }
}

/** Takes away what an earlier end of the run has left: lists of tables that are equal by now, or not compared. */
export function keepLists(folder: string, located: readonly Located[]): void {
  const kept = new Set(located.map(({ file }) => file))
  const lists = readdirSync(folder).includes(LISTS) ? readdirSync(join(folder, LISTS)) : []
  for (const name of lists)
    if (!kept.has(join(LISTS, name))) rmSync(join(folder, LISTS, name), { force: true })
}

/** Names of tables hold what those of files cannot, and may differ in case alone. */
export const fileOfTable = (table: string, type: string): string =>
  `${table.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 40)}-${sha256(table).slice(0, 8)}.${type}`
