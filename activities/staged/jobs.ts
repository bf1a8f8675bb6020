/** What runs in a thread for a run from a staged source. */
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../../stores/sqlite/errors.ts'
import { noSpace } from '../../stores/sqlite/space.ts'
import { stageAgain } from '../../stores/stage/again.ts'
import { stageFiles } from '../../stores/stage/files.ts'
import { copiedImage, typedImage } from '../../stores/stage/image.ts'
import { settleStage } from '../../stores/stage/settle.ts'

export const stageJobs = {
  stageFiles: onDisk(stageFiles),
  stageAgain: onDisk(stageAgain),
  typedImage: onDisk(typedImage),
  copiedImage: onDisk(copiedImage),
  settleStage: onDisk(settleStage),
} as const

const FULL: ReadonlySet<string> = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT'])

/** A disk that is full is worth another attempt, once somebody has made room. */
function onDisk<I extends { stage: string }, R extends unknown[], O>(
  job: (input: I, ...rest: R) => O | Promise<O>,
): (input: I, ...rest: R) => Promise<O> {
  return async (input, ...rest) => {
    try {
      return await job(input, ...rest)
    } catch (error) {
      if (!FULL.has(codeOf(error))) throw error
      const size = statSync(input.stage, { throwIfNoEntry: false })?.size ?? 0
      throw noSpace(dirname(input.stage), size)
    }
  }
}
