/** Writes CSV: RFC 4180, with line ends of LF, and quotes only where they are needed. */
import iconv from 'iconv-lite'
import { Failure } from '../../model/failure.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { FileOptions } from '../../model/files/options.ts'
import { isUtf8Name, known } from '../files/encoding.ts'
import { Gather } from '../files/gather.ts'
import { NewFile } from '../files/new-file.ts'
import { csvSpelling, escapedFormula } from '../files/spelling.ts'
import type { FileWriter, FileWritten, SqliteCell } from '../files/writer.ts'
import { checked } from './dialect.ts'
import type { Dialect } from './fields.ts'
import { escaped, Quotes } from './quotes.ts'

/** A file holds one table. Fails with `usage` for options that cannot be meant. */
export function openCsvWriter(path: string, options: FileOptions): FileWriter {
  const { delimiter = ',', quote = '"' } = options
  return new CsvWriter(path, options, checked({ delimiter, quote, newline: '\n', null: options.null ?? '' }))
}

class CsvWriter implements FileWriter {
  readonly #options: FileOptions
  readonly #dialect: Dialect
  readonly #needsQuotes: RegExp
  readonly #quotes: Quotes
  readonly #file: NewFile
  readonly #out: Gather
  #fields: ((cell: SqliteCell) => string)[] | undefined

  constructor(path: string, options: FileOptions, dialect: Dialect) {
    this.#options = options
    this.#dialect = dialect
    const [delimiter, quote] = [escaped(dialect.delimiter), escaped(dialect.quote)]
    this.#needsQuotes = new RegExp(`[${delimiter}${quote}\\r\\n]|^\\uFEFF`)
    this.#quotes = new Quotes(dialect.quote)
    const encode = encoder(path, options.encoding)
    this.#file = new NewFile(path)
    this.#out = new Gather(this.#file, encode)
    if (/^utf-?(16|32)/i.test(options.encoding ?? '')) this.#out.add('\uFEFF')
  }

  async table({ name, columns }: ManifestTable): Promise<void> {
    if (this.#fields)
      throw new Failure({ code: 'internal', object: `table ${name}`, message: 'a CSV file holds one table' })
    this.#fields = columns.map(({ declared }) => this.#field(declared))
    if (this.#options.header === false) return
    this.#line(columns.map(column => this.#quoted(this.#unlike(column.name))))
  }

  async rows(rows: readonly (readonly SqliteCell[])[]): Promise<void> {
    const fields = this.#fields!
    for (const row of rows) this.#line(row.map((cell, i) => fields[i]!(cell)))
  }

  async end(): Promise<FileWritten> {
    this.#out.flush()
    return this.#file.end()
  }

  async abort(): Promise<void> {
    this.#file.abort()
  }

  #line(fields: string[]): void {
    this.#out.add(`${fields.join(this.#dialect.delimiter)}\n`)
  }

  #field(declared: string): (cell: SqliteCell) => string {
    const spell = csvSpelling(declared)
    const none = this.#dialect.null
    return cell => {
      if (cell === null) return none
      const text = spell(cell)
      return this.#quoted(typeof cell === 'string' ? this.#unlike(text) : text)
    }
  }

  /** A text that is no formula, where that is wished. */
  #unlike(text: string): string {
    return this.#options.escapeFormulas ? escapedFormula(text) : text
  }

  #quoted(text: string): string {
    if (text !== this.#dialect.null && !this.#needsQuotes.test(text)) return text
    const { quote } = this.#dialect
    return quote + this.#quotes.doubled(text) + quote
  }
}

/** Fails with `value` where the encoding does not have a character: another one would stand for it. */
function encoder(path: string, named = 'utf-8'): ((text: string) => Uint8Array) | undefined {
  const name = known(named)
  if (isUtf8Name(name)) return undefined
  return text => {
    const bytes = iconv.encode(text, name, { addBOM: false })
    if (iconv.decode(bytes, name, { stripBOM: false }) === text) return bytes
    throw new Failure({
      code: 'value',
      object: `file ${path}`,
      message: `${name} does not have all characters of its texts`,
      remedy: 'Write UTF-8, which is what is written without --encoding',
    })
  }
}
