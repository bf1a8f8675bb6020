/** Are the pages of the file in order, and do its indexes hold what its tables hold? Runs in a thread. */
import { existsSync } from 'node:fs'
import { ledgerGone } from '../../ledger/runs.ts'
import { checkFile } from '../../stores/sqlite/check.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { fileOfRun } from '../../stores/sqlite/write/place.ts'
import type { Progress } from '../progress.ts'
import type { FilePlace } from './file.ts'

/** Fails with `target` where they are not; returns what is no damage, in words. */
export async function checkPagesOfFile(
  { place }: { place: FilePlace },
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const path = fileOfRun(place.target.path, place.run)
  if (!existsSync(path)) throw ledgerGone(place.run)
  try {
    return await checkFile(path, progress, signal)
  } catch (error) {
    throw writingFailure(path, error)
  }
}
