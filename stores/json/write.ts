/** Writes JSON in UTF-8: a row a line in every shape, so that lines of two exports can be compared. */
import { Failure } from '../../model/failure.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { FileOptions, JsonShape } from '../../model/files/options.ts'
import { isUtf8Name } from '../files/encoding.ts'
import { Gather } from '../files/gather.ts'
import { NewFile } from '../files/new-file.ts'
import { jsonSpelling } from '../files/spelling.ts'
import type { FileWriter, FileWritten, SqliteCell } from '../files/writer.ts'

/** What stands around and between rows and tables. */
interface Marks {
  opens: (table: string) => string
  between: string
  closes: string
  ends: string
}

const MARKS: Record<JsonShape, Marks> = {
  lines: { opens: () => '', between: '\n', closes: '', ends: '\n' },
  array: { opens: () => '[\n', between: ',\n', closes: '\n]', ends: '\n' },
  tables: { opens: table => `${JSON.stringify(table)}: [\n`, between: ',\n', closes: '\n]', ends: '\n}\n' },
}

/** `tables` holds any number of tables, the other shapes one. Fails with `usage` for another encoding than UTF-8 (RFC 8259, 8.1). */
export function openJsonWriter(path: string, shape: JsonShape, { encoding }: FileOptions): FileWriter {
  if (encoding === undefined || isUtf8Name(encoding)) return new JsonWriter(path, shape)
  throw new Failure({
    code: 'usage',
    object: '--encoding',
    message: 'JSON is written in UTF-8 alone',
    remedy: 'Leave it out',
  })
}

class JsonWriter implements FileWriter {
  readonly #shape: JsonShape
  readonly #marks: Marks
  readonly #file: NewFile
  readonly #out: Gather
  #tables = 0
  #rows = 0
  /** For each column what stands before its value, and how that is spelled. */
  #members: { before: string; spell: (cell: SqliteCell) => string }[] = []

  constructor(path: string, shape: JsonShape) {
    this.#shape = shape
    this.#marks = MARKS[shape]
    this.#file = new NewFile(path)
    this.#out = new Gather(this.#file)
    if (shape === 'tables') this.#out.add('{\n')
  }

  async table({ name, columns }: ManifestTable): Promise<void> {
    if (this.#tables > 0) {
      if (this.#shape !== 'tables')
        throw new Failure({ code: 'internal', object: `table ${name}`, message: 'this file holds one table' })
      this.#out.add(`${this.#marks.closes},\n`)
    }
    this.#out.add(this.#marks.opens(name))
    this.#tables++
    this.#rows = 0
    this.#members = columns.map((column, i) => ({
      before: `${i === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
      spell: jsonSpelling(column.declared),
    }))
  }

  async rows(rows: readonly (readonly SqliteCell[])[]): Promise<void> {
    for (const row of rows) this.#row(row)
  }

  #row(row: readonly SqliteCell[]): void {
    let text = this.#rows++ > 0 ? this.#marks.between : ''
    for (const [i, { before, spell }] of this.#members.entries()) text += before + spell(row[i]!)
    this.#out.add(`${text}}`)
  }

  async end(): Promise<FileWritten> {
    if (this.#tables > 0 && (this.#shape !== 'lines' || this.#rows > 0)) this.#out.add(this.#marks.closes)
    if (this.#shape !== 'lines' || this.#rows > 0) this.#out.add(this.#marks.ends)
    this.#out.flush()
    return this.#file.end()
  }

  async abort(): Promise<void> {
    this.#file.abort()
  }
}
