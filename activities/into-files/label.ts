/** How a file is called where its name may not be said, since it holds what a row holds. */
import { type ExportedFile, exportFigures } from '../../ledger/in-file/exported.ts'
import { showName } from '../../model/name-text.ts'
import type { Export } from './place.ts'

export const fileLabel = (
  { db, layout }: Pick<Export, 'db' | 'layout'>,
  { no, file }: ExportedFile,
): string =>
  layout.per === undefined ? `file ${showName(file)}` : `file ${no} of ${exportFigures(db).files}`
