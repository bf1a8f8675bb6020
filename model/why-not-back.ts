/** Why the values of a column would come back from the target in another spelling or storage class. */
import type { ColumnPlan, Conversion } from './plan.ts'
import type { LogicalType } from './types.ts'

/** In words, without a full stop. */
export function whyNotBack({ type, conversion }: Pick<ColumnPlan, 'type' | 'conversion'>): string {
  return conversion ? CONVERTED[conversion] : KINDS[type.kind]
}

const CONVERTED: Record<Conversion, string> = {
  'text-as-bytes': 'texts and numbers were written as the bytes of their print, and come back as blobs',
  'bytes-as-text': 'blobs were written as texts, and come back as such',
  'strip-nul': 'NUL characters were taken out',
  'escape-nul': 'NUL characters were written as \\0',
  'strip-invalid': 'what was no UTF-8 was replaced',
  'epoch-seconds':
    'times that were texts come back as numbers of seconds, or whole numbers that were REALs as INTEGERs',
  'epoch-milliseconds':
    'times that were texts come back as numbers of milliseconds, or whole numbers that were REALs as INTEGERs',
  'julian-day': 'julian days became moments, to the millisecond, and come back as texts',
  'truth-words': 'words for true and false come back as 1 and 0',
  'as-utc': 'times without an offset were taken as UTC, and come back with it',
  'time-spelling': 'times come back written in full, as 2024-01-31 12:00:00',
}

const KINDS: Record<LogicalType['kind'], string> = {
  boolean: 'what was no INTEGER 0 or 1 comes back as one',
  integer: 'whole numbers that were texts or REALs come back as INTEGERs',
  float: 'numbers that were INTEGERs or texts come back as REALs',
  numeric: 'decimals come back in the spelling of the target, and the least storage class that holds them',
  text: 'numbers among texts come back as texts',
  bytes: 'what was no blob comes back as one',
  date: 'dates come back as texts of the form 2024-01-31',
  time: 'times come back as texts of the form 12:00:00, with a fraction where there is one',
  timestamp: 'times come back as texts of the form 2024-01-31 12:00:00, with Z where they are instants',
  json: 'JSON comes back as the target keeps it: jsonb has no spaces, order or repeated members of its own',
  uuid: 'UUIDs come back as texts in small letters with hyphens',
  inet: 'addresses come back in the spelling of the target',
  native: 'values come back in the spelling of the target',
  cell: 'values come back as they are',
}
