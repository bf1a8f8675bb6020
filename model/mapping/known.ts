/** What is known of the values of a source before anybody has mapped them. */
import type { FoundKind } from '../files/found-type.ts'
import type { LogicalType } from '../types.ts'
import { dateFormat, isoMoment } from './dates.ts'

/** A table of the source with what is known of its values. */
export interface KnownTable {
  name: string
  columns: KnownColumn[]
}

export interface KnownColumn {
  name: string
  kind: FoundKind
  /** Different values as texts, the first of them. */
  values: string[]
  /** There are more than those. */
  more: boolean
}

/** A kind that says nothing leaves it to the values. */
export function canBecome({ kind, values }: KnownColumn, type: LogicalType | undefined): boolean {
  const vague = kind === 'mixed' || kind === 'text'
  const all = (form: RegExp) => vague && values.length > 0 && values.every(value => form.test(value))
  switch (type?.kind) {
    case 'integer':
      return kind === 'integer' || all(/^-?\d+$/)
    case 'numeric':
    case 'float':
      return ['integer', 'decimal', 'float'].includes(kind) || all(/^-?\d+(\.\d+)?$/)
    case 'boolean':
      return kind === 'boolean' || kind === 'integer' || all(/^(true|false|yes|no|[01tfyn])$/i)
    case 'date':
    case 'timestamp':
      return /^(date|timestamp)/.test(kind) || isIso(values) || formatsOf(values).length > 0
    case 'uuid':
      return kind === 'uuid'
    default:
      return true
  }
}

export const isIso = (values: readonly string[]) =>
  values.length > 0 && values.every(value => isoMoment(value) !== undefined)

const FORMATS = [
  ...['DD.MM.YYYY', 'DD.MM.YYYY HH:mm', 'DD.MM.YYYY HH:mm:ss', 'D.M.YYYY'],
  ...[
    'DD/MM/YYYY',
    'DD/MM/YYYY HH:mm',
    'DD/MM/YYYY HH:mm:ss',
    'MM/DD/YYYY',
    'MM/DD/YYYY HH:mm',
    'MM/DD/YYYY HH:mm:ss',
  ],
  ...[
    'MM/DD/YYYY hh:mm A',
    'DD-MM-YYYY',
    'YYYY/MM/DD',
    'YYYY/MM/DD HH:mm:ss',
    'YYYYMMDD',
    'DD MMM YYYY',
    'MMM D, YYYY',
  ],
]

export function formatsOf(values: readonly string[]): string[] {
  if (values.length === 0) return []
  return FORMATS.filter(format => values.every(value => dateFormat(format)?.(value.trim()) !== undefined))
}
