/** How a CSV file is written: as the user says, or as its first lines show. */
import { Failure } from '../../model/failure.ts'
import type { FileOptions } from '../../model/files/options.ts'
import type { Dialect } from './fields.ts'
import { Records } from './records.ts'

/** In the order in which they are taken where several fit alike. */
const DELIMITERS = [',', ';', '\t', '|']
const SAMPLE = 64 * 1024
const SAMPLE_RECORDS = 200

/** `head`: the beginning of the file. Fails with `usage` for characters that cannot be meant. */
export function findDialect(head: string, options: FileOptions): Dialect {
  const quote = options.quote ?? '"'
  const newline = newlineOf(head.slice(0, SAMPLE), quote)
  const dialect = { quote, newline, null: options.null ?? '' }
  const delimiter = options.delimiter ?? delimiterOf(head, dialect)
  return checked({ ...dialect, delimiter })
}

/** The delimiter that the first line names to Excel, in place of columns: `sep=;`. */
export const introducedBy = (head: string): string | undefined => /^sep=(.)\r?\n/i.exec(head)?.[1]

/** Fails with `usage` for characters that cannot be meant. */
export function checked(dialect: Dialect): Dialect {
  const { delimiter, quote } = dialect
  for (const [name, mark] of Object.entries({ delimiter, quote }))
    if (mark.length !== 1 || /[\r\n\uFEFF]/.test(mark))
      throw odd(name, 'has to be one character, and no end of a line')
  if (delimiter === quote) throw odd('delimiter', 'cannot be the same as the quote')
  if (/[\r\n]/.test(dialect.null) || dialect.null.includes(delimiter) || dialect.null.includes(quote))
    throw odd('null', 'cannot have delimiters, quotes or ends of lines in it')
  return dialect
}

const odd = (option: string, message: string) =>
  new Failure({ code: 'usage', object: `--${option}`, message })

/** CR alone ends lines only where no LF does. */
function newlineOf(sample: string, quote: string): Dialect['newline'] {
  const unquoted = sample.split(quote).filter((_, i) => i % 2 === 0)
  const has = (mark: string) => unquoted.some(text => text.includes(mark))
  return has('\r') && !has('\n') ? '\r' : '\n'
}

/** The one with which most lines have as many fields as the first, of these the one with most fields. */
function delimiterOf(head: string, dialect: Omit<Dialect, 'delimiter'>): string {
  const end = head.length > SAMPLE ? head.lastIndexOf(dialect.newline, SAMPLE) + 1 || SAMPLE : head.length
  const sample = head.slice(0, end)
  const found = DELIMITERS.map(delimiter => ({ delimiter, ...agreement(sample, { ...dialect, delimiter }) }))
  const [best] = found
    .filter(({ width }) => width > 1)
    .sort((a, b) => Number(b.isOfFirst) - Number(a.isOfFirst) || b.share - a.share || b.width - a.width)
  return best?.delimiter ?? ','
}

interface Agreement {
  /** The usual number of fields. */
  width: number
  /** Of the records that have it. */
  share: number
  /** The first record has it. */
  isOfFirst: boolean
}

function agreement(sample: string, dialect: Dialect): Agreement {
  const records = new Records(dialect)
  records.feed(sample, true)
  records.take(SAMPLE_RECORDS)
  const counts = new Map<number, number>()
  for (const { length } of records.rows) counts.set(length, (counts.get(length) ?? 0) + 1)
  const [width = 0, times = 0] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? []
  const isOfFirst = records.rows[0]?.length === width
  return { width, share: times / (records.rows.length + records.bad.length), isOfFirst }
}
