/** The finish step over all tables: views and statistics, then the file as a whole is checked. */

import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { FilePlace } from './file.ts'

/**
 * Returns what could not be made or is broken, in words. Fails where the pages of the file, or an index of it, are not in order:
 * somebody else has written it, or the disk has.
 */
export async function finishKeys({ log }: Work, { place }: { place: FilePlace }): Promise<string[]> {
  const failures = await runJob('makeRestOfFile', { place })
  const [orphans, remarks] = await Promise.all([
    runJob('orphansOfFile', { place }),
    runJob('checkPagesOfFile', { place }),
  ])
  log.info({ orphans: orphans.length, remarks: remarks.length }, 'file checked')
  return [...failures, ...orphans, ...remarks].slice(0, 500)
}
