/** What a workbook cannot hold. */
import { Failure } from '../../model/failure.ts'
import { MOST_COLUMNS } from './limits.ts'

export interface CellPlace {
  table: string
  column: string
  /** Of the table, from 1. */
  row: number
}

export function tooLong({ table, column, row }: CellPlace): Failure {
  return new Failure({
    code: 'value',
    object: `table ${JSON.stringify(table)}`,
    message: `row ${row}, column ${JSON.stringify(column)}: the value is too long for a row of a workbook, even over many cells`,
    remedy: 'Export the table to csv: or jsonl:, or leave it or the column out',
  })
}

export function tooManyColumns(table: string, columns: number): Failure {
  return new Failure({
    code: 'refused',
    object: `table ${JSON.stringify(table)}`,
    message: `a sheet has room for ${MOST_COLUMNS.toLocaleString('en')} columns, and the table has ${columns.toLocaleString('en')}`,
    remedy: 'Export the table to csv: or jsonl:',
  })
}
