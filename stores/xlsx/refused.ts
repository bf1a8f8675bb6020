/** Workbooks that are not read, in words. */
import { Failure } from '../../model/failure.ts'

export const sourceFailure = (path: string, message: string, remedy?: string, cause?: unknown): Failure =>
  new Failure({ code: 'source', object: `file ${path}`, message, ...(remedy && { remedy }) }, { cause })

export const noWorkbook = (path: string, what: string): Failure =>
  sourceFailure(path, `this is no workbook that can be read: ${what}`, 'Save it as .xlsx in a spreadsheet')

export const suspicious = (path: string, why: string): Failure =>
  sourceFailure(
    path,
    `the workbook is not opened: ${why}`,
    'If you trust it, let a spreadsheet save it anew, in several files if it is large',
  )
