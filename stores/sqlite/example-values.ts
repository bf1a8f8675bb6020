/** Values of rows that findings give as examples, for a user who asked to see them. */
import type { ExampleColumns } from '../../model/example-columns.ts'
import { escapeControls, showName } from '../../model/name-text.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { keyTerm } from './row-key.ts'
import { decodeUtf16, type Encoding } from './text-bytes.ts'

/** Characters of a value that are shown. */
const SHOWN = 60
/** No character has more bytes, in whatever encoding. */
const BYTES = SHOWN * 4

export interface Example extends ExampleColumns {
  /** The row's name, as `keyTerm` gave it to the scan. */
  key: string
}

/**
 * The values of the row, as SQL writes them, cut to 60 characters and without control characters: `'N/A'`, or with
 * several columns `a = 1, b = x'00ff…'`. Undefined where no row has this name any more.
 */
export function exampleValues(db: Connection, example: Example): string | undefined {
  const { table, columns, key } = example
  const terms = columns.map(quote).flatMap(column => [`typeof(${column})`, beginningOf(column)])
  const byNumber = numberIn(example)
  const sql = `SELECT ${terms.join(', ')} FROM ${quote(table.name)}
                WHERE ${byNumber ? `${quote(byNumber.column)} = ? AND ` : ''}${keyTerm(table)} = ? LIMIT 1`
  const cells = db
    .prepare<(string | bigint)[], Beginning[]>(sql)
    .raw()
    .get(...(byNumber ? [byNumber.value, key] : [key]))
  if (!cells) return undefined
  const encoding = db.pragma('encoding', { simple: true }) as Encoding
  const values = columns.map((_, i) => shown(String(cells[2 * i]), cells[2 * i + 1]!, encoding))
  return values.length === 1
    ? values[0]
    : columns.map((name, i) => `${showName(name)} = ${values[i]}`).join(', ')
}

/** A key that is a number is looked up instead of searched for. */
function numberIn({ table, key }: Example): { column: string; value: bigint } | undefined {
  const { primaryKey, access } = table
  const column = primaryKey?.rowid ? primaryKey.columns[0] : access.by === 'rowid' ? access.name : undefined
  if (column === undefined || !key.startsWith(`${column} = `)) return undefined
  const text = key.slice(`${column} = `.length)
  return /^-?\d+$/.test(text) ? { column, value: BigInt(text) } : undefined
}

type Beginning = string | Uint8Array | null

/** The bytes of a text, so that what is behind a NUL is there too; one more character than is shown. */
const beginningOf = (column: string): string =>
  `CASE typeof(${column}) WHEN 'text' THEN substr(CAST(${column} AS BLOB), 1, ${BYTES + 4})
     WHEN 'blob' THEN substr(${column}, 1, ${BYTES}) ELSE quote(${column}) END`

function shown(storage: string, beginning: Beginning, encoding: Encoding): string {
  if (typeof beginning === 'string') return beginning
  // SQLite takes nothing out of nothing for NULL.
  const bytes = beginning ?? new Uint8Array()
  if (storage === 'text') return `'${cut(textOf(bytes, encoding))}'`
  return `x'${cut(Buffer.from(bytes).toString('hex'))}'`
}

const textOf = (bytes: Uint8Array, encoding: Encoding): string =>
  encoding === 'UTF-8' ? Buffer.from(bytes).toString() : decodeUtf16(bytes, encoding)

function cut(text: string): string {
  const characters = [...text]
  const begun = characters.slice(0, SHOWN).join('')
  return escapeControls(begun.toWellFormed()) + (characters.length > SHOWN ? '…' : '')
}
