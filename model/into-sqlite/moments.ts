/** Dates and times in SQLite: ISO texts that sort. */
import type { LogicalType } from '../types.ts'
import { type About, asPrinted, type Carried, plain } from './carried.ts'

type Moment = 'date' | 'time' | 'timestamp' | 'timestamptz'

const TYPES: Record<Moment, LogicalType> = {
  date: { kind: 'date' },
  time: { kind: 'time' },
  timestamp: { kind: 'timestamp', zone: false },
  timestamptz: { kind: 'timestamp', zone: true },
}

/** What has no place in ISO text of four digits a year makes the whole column texts of the server. */
export function moments(about: About, name: Moment, precision: number | undefined): Carried {
  const { facts } = about.column
  const years = facts?.years
  if (facts?.infinite || (years && (years.min < 1 || years.max > 9999)))
    return {
      ...asPrinted(about),
      findings: [
        {
          code: 'moments-as-text',
          severity: 'warning',
          message:
            'it holds infinities or years beyond 1 to 9999: its values are texts as the server prints them, which do not sort',
        },
      ],
    }
  const declared = precision === undefined ? name.toUpperCase() : `${name.toUpperCase()}(${precision})`
  return plain(TYPES[name], declared, name, name === 'timestamptz' ? 'ISO texts in UTC' : 'ISO texts')
}
