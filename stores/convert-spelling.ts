/**
 * Dates and times in the forms that SQLite's date functions read (its manual, "Date And Time Functions",
 * time values 1 to 10), written in full. A form that would have to be made up, such as the date of a mere
 * time of day, is a misfit; so is anything else.
 */
import type { LogicalType } from '../model/types.ts'
import { misfit } from './misfit.ts'

const FORM = /^(\d{4}-\d\d-\d\d)(?:[\sT]+(\d\d:\d\d)(:\d\d)?(\.\d+)?(?:\s*(Z|[+-]\d\d:\d\d))?)?\s*$/i
const CLOCK = /^(\d\d:\d\d)(:\d\d)?(\.\d+)?\s*$/

/** The text as the type's own form has it. */
export function spelledInFull(text: string, type: LogicalType): string {
  if (type.kind === 'time') return timeOf(text)
  const [, date, minutes = '00:00', seconds = ':00', fraction = '', offset = ''] = FORM.exec(text) ?? []
  if (date === undefined) return misfit('is no date or time in a form that SQLite reads')
  if (type.kind !== 'date') return `${date} ${minutes}${seconds}${fraction}${offset.toUpperCase()}`
  const isMidnight = !/[1-9]/.test(minutes + seconds + fraction) && offset === ''
  return isMidnight ? date : misfit('has a time of day, and its column has days')
}

function timeOf(text: string): string {
  const [, minutes, seconds = ':00', fraction = ''] = CLOCK.exec(text) ?? []
  return minutes === undefined
    ? misfit('is no time of day in a form that SQLite reads')
    : `${minutes}${seconds}${fraction}`
}
