/**
 * What a run set aside, as files beside its report: JSON Lines made from the ledger, an object a line with
 * `table`, `key`, `column`, `reason` and `original` (`docs/quarantine.md`). Written a page at a time.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { makeFolder } from '../home/home.ts'
import { type Kept, type KeptRow, readKept } from '../ledger/quarantine.ts'
import { bringUpToDate, type Place } from '../ledger/schema.ts'

export interface SetAsideFiles {
  quarantine?: string
  altered?: string
}

/** Writes the files of which there is something to say, and takes away those of an earlier end of the run. */
export async function exportSetAside(
  client: Client,
  ledger: Place,
  run: string,
  folder: string,
): Promise<SetAsideFiles> {
  await bringUpToDate(client, ledger)
  const quarantine = await exportKind(client, ledger, run, 'quarantined', join(folder, 'quarantine.jsonl'))
  const altered = await exportKind(client, ledger, run, 'altered', join(folder, 'altered.jsonl'))
  return { ...(quarantine && { quarantine }), ...(altered && { altered }) }
}

/** The file's path, or undefined where the ledger has nothing of the kind. */
async function exportKind(
  client: Client,
  ledger: Place,
  run: string,
  kind: Kept['kind'],
  path: string,
): Promise<string | undefined> {
  const half = `${path}.tmp`
  let file: number | undefined
  try {
    for await (const page of readKept(client, ledger, run, kind)) {
      makeFolder(join(path, '..'))
      file ??= openSync(half, 'w', 0o600)
      for (const entry of page) writeFileSync(file, line(entry))
      Context.current().heartbeat(page.at(-1)!.table)
    }
    if (file !== undefined) fsyncSync(file)
  } finally {
    if (file !== undefined) closeSync(file)
  }
  if (file !== undefined) renameSync(half, path)
  else rmSync(path, { force: true })
  return file === undefined ? undefined : path
}

/** The original is JSON already. */
function line({ table, key, column, reason, original }: KeptRow): Buffer {
  const head = JSON.stringify({ table, key, column, reason })
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"original":`), original, Buffer.from('}\n')])
}
