/** A copy of the file before a rollback takes it away; runs in a thread. */
import { createHash } from 'node:crypto'
import { createReadStream, renameSync, rmSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { sync } from '../../home/home.ts'
import { backUpOnline } from '../../stores/sqlite/snapshot-online.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import type { Progress } from '../progress.ts'

/** Gives bytes and sha256 of the copy, whose name shows it whole or not. */
export async function copyWhole(
  { path, copy }: { path: string; copy: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<{ bytes: number; sha256: string }> {
  const half = `${copy}.half`
  try {
    rmSync(half, { force: true })
    await backUpOnline(path, half, Date.now() + 60_000, { progress, signal, busyTimeoutMs: 60_000 })
    sync(half)
    const hash = createHash('sha256')
    await pipeline(createReadStream(half), hash)
    renameSync(half, copy)
    return { bytes: statSync(copy).size, sha256: hash.digest('hex') }
  } catch (error) {
    throw writingFailure(path, error)
  }
}
