/** What runs in a thread for a run into files. */
import { closeExport } from './close-job.ts'
import { finishExport, leaveTableOutOfFiles } from './finish-job.ts'
import { keepAside, makeFolders, openExport } from './open-job.ts'
import { planFilesOf } from './plan-job.ts'
import { checkTakeExportBack, takeExportBack } from './take-back.ts'
import { readAgain } from './validate-job.ts'
import { writeExport } from './write-job.ts'

export const exportJobs = {
  planFilesOf,
  openExport,
  keepAside,
  makeExportFolders: makeFolders,
  writeExport,
  finishExport,
  leaveTableOutOfFiles,
  readAgain,
  closeExport,
  takeExportBack,
  checkTakeExportBack,
} as const
