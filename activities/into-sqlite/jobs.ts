/** What runs in a thread for a run into a SQLite file. */

import { lookAtImage, matchImageWith, nameImage } from '../staged/image-job.ts'
import { backUpFile } from './back-up-file.ts'
import { checkPagesOfFile } from './check-pages.ts'
import { closeFile } from './close-file.ts'
import { digestBothInto } from './compare-job.ts'
import { copyWhole } from './copy-whole.ts'
import { cutForFile } from './cut.ts'
import { digestOfFile } from './digest-file.ts'
import { copyFileLane } from './lane.ts'
import { locateInFile } from './locate-file.ts'
import { makeIndexes } from './make-indexes.ts'
import { makeRest } from './make-rest.ts'
import { makeTables } from './make-tables.ts'
import { openRunFile } from './open-file.ts'
import { orphansOfFile } from './orphans.ts'
import { shapeOfFile } from './shape-file.ts'
import { compareStaleFile, isCopiedIntoFile, noteSizesOfFile } from './stale-job.ts'
import { checkTakeBack } from './standing.ts'
import { takeFileBack } from './take-back.ts'
import { takeTableOut } from './take-out.ts'

export const fileJobs = {
  openRunFile,
  backUpFile,
  makeTablesOfFile: makeTables,
  cutForFile,
  copyFileLane,
  isCopiedIntoFile,
  compareStaleFile,
  noteSizesOfFile,
  makeIndexesOfFile: makeIndexes,
  makeRestOfFile: makeRest,
  orphansOfFile,
  checkPagesOfFile,
  digestOfFile,
  digestBothInto,
  locateInFile,
  shapeOfFile,
  closeFile,
  takeTableOut,
  takeFileBack,
  checkTakeBack,
  copyWhole,
  lookAtImage,
  nameImage,
  matchImageWith,
} as const
