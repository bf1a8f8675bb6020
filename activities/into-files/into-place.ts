/**
 * A file that is whole gets its name: never over one of others, and never by an attempt that was outdated, since the name is given
 * under the lock of the ledger.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, linkSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makeFolder, sync } from '../../home/home.ts'
import { type ExportedFile, type SettledFile, settleFile } from '../../ledger/in-file/exported.ts'
import { mustBeOurs } from '../../ledger/in-file/runs.ts'
import { Failure } from '../../model/failure.ts'
import { removeHalves } from '../../stores/files/new-file.ts'
import { isSameFile } from '../../stores/sqlite/write/place.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import { type Export, epochFolders, halvesOf, isUnrecorded, workFolder } from './place.ts'

/**
 * The path under which a file is written; whatever attempts before have left of it is gone. Fails with `fenced` where the run is not
 * ours any more.
 */
export async function beginFile(
  { db, where: { folder }, token, waiting }: Export,
  { file }: ExportedFile,
): Promise<string> {
  const own = join(workFolder(folder, token.run), token.epoch)
  await writing(db, waiting, () => {
    mustBeOurs(db, token)
    if (isUnrecorded(folder, token.run, file)) rmSync(join(folder, file))
    for (const half of halvesOf(folder, token.run, file)) rmSync(half, { force: true })
    for (const left of epochFolders(folder, token.run)) removeHalves(left)
    makeFolder(own)
  })
  return join(own, file)
}

/** Gives the file at `half` its name, and records it. Fails with `object` where somebody else's file has it. */
export async function putIntoPlace(
  opened: Export,
  half: string,
  { no, file, before }: ExportedFile,
  settled: SettledFile,
): Promise<void> {
  const { db, where, token, waiting } = opened
  const path = join(where.folder, file)
  const replaces = existsSync(path)
  if (replaces && (before === undefined || (await sha256Of(path)) !== before)) throw isTaken()
  let linked = false
  try {
    await writing(db, waiting, () => {
      mustBeOurs(db, token)
      if (replaces) rmSync(path)
      link(half, path)
      linked = true
      sync(dirname(path))
      settleFile(db, token, no, settled)
    })
  } catch (error) {
    // Without a record only the half says whose it is, and that goes too.
    if (linked && existsSync(half) && isSameFile(half, path)) rmSync(path)
    throw error
  }
  rmSync(half, { force: true })
}

/** A link fails where there is a file by now. */
function link(half: string, path: string): void {
  try {
    linkSync(half, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw isTaken()
  }
}

const isTaken = () =>
  new Failure({
    code: 'object',
    message: 'a file of this name is there that this run has not written',
    remedy: 'Move it away, then write what failed with "longhaul retry ID --failed"',
  })

/** In hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
