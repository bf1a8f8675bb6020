/** What runs in a thread for a run from a staged source. */
import { stageAgain } from '../../stores/stage/again.ts'
import { stageFiles } from '../../stores/stage/files.ts'
import { copiedImage, typedImage } from '../../stores/stage/image.ts'
import { settleStage } from '../../stores/stage/settle.ts'

export const stageJobs = {
  stageFiles,
  stageAgain,
  typedImage,
  copiedImage: ({ stage, image }: { stage: string; image: string }) => copiedImage(stage, image),
  settleStage,
} as const
