/** Reads the elements of one array as rows. */
import type { FileBatch } from '../../model/files/batch.ts'
import type { Cursor } from './cursor.ts'
import { behindBlanks, INCOMPLETE, valueEnd } from './skip.ts'
import { NO_OBJECT, type TableRows } from './table-rows.ts'

const COMMA = 0x2c
const OPEN = 0x5b
const CLOSE = 0x5d
const OBJECT = 0x7b

/** From the bracket that opens the array to behind the one that closes it; or one object alone, which is a row. */
export async function* readElements(
  cursor: Cursor,
  rows: TableRows,
  isArray: boolean,
): AsyncGenerator<FileBatch> {
  if (isArray && cursor.code !== OPEN) throw cursor.failure('it is neither an array nor an object')
  if (isArray) cursor.at++
  const elements = new Elements(cursor, rows, isArray)
  for (let state = elements.run(); state !== 'end'; state = elements.run())
    if (state === 'full') yield* rows.batch()
    else if (cursor.last) throw cursor.failure(elements.ending)
    else await cursor.more()
  rows.parser.release()
  yield* rows.batch()
}

/** Goes on without waiting as far as the text reaches: a promise a row would cost as much as the row. */
class Elements {
  readonly #cursor: Cursor
  readonly #rows: TableRows
  readonly #isArray: boolean
  #number = 1
  #isBehind = false

  constructor(cursor: Cursor, rows: TableRows, isArray: boolean) {
    this.#cursor = cursor
    this.#rows = rows
    this.#isArray = isArray
  }

  /** What is wrong where the text ends here. */
  get ending(): string {
    return this.#isBehind
      ? `it ends behind element ${this.#number - 1}`
      : `element ${this.#number} is not whole, or is no JSON`
  }

  /** Until more text is needed, a batch is full, or the array has ended. */
  run(): 'more' | 'full' | 'end' {
    const cursor = this.#cursor
    for (;;) {
      cursor.at = behindBlanks(cursor.text, cursor.at)
      if (cursor.at >= cursor.text.length) return 'more'
      const isFirst = this.#number === 1 && !this.#isBehind
      if ((this.#isBehind || isFirst) && this.#isArray && cursor.code === CLOSE) {
        cursor.at++
        return 'end'
      }
      if (this.#isBehind) {
        if (cursor.code !== COMMA)
          throw cursor.failure(`behind element ${this.#number - 1} there is no comma`)
        cursor.at++
        this.#isBehind = false
        if (this.#rows.isFull) return 'full'
        continue
      }
      if (!this.#element()) return 'more'
      this.#number++
      if (!this.#isArray) return 'end'
      this.#isBehind = true
    }
  }

  /** Reads one; false where it is not whole. */
  #element(): boolean {
    const cursor = this.#cursor
    const rows = this.#rows
    const isObject = cursor.code === OBJECT
    const end = isObject ? rows.parser.parse(cursor.text, cursor.at) : INCOMPLETE
    if (end >= 0) {
      rows.add(cursor, end, this.#number)
      cursor.at = end
      return true
    }
    if (isObject && end === INCOMPLETE) return false
    const upTo = valueEnd(cursor.text, cursor.at, cursor.last)
    if (upTo <= cursor.at || !endsThere(cursor, upTo)) {
      if (upTo >= 0 && upTo < cursor.text.length) throw cursor.failure(this.ending)
      return false
    }
    rows.addBad(cursor, upTo, this.#number, isObject ? rows.parser.fault : NO_OBJECT)
    cursor.at = upTo
    return true
  }
}

/** A comma, the end of the array, or the end of the text. */
function endsThere({ text }: Cursor, upTo: number): boolean {
  const at = behindBlanks(text, upTo)
  return at >= text.length || text.charCodeAt(at) === COMMA || text.charCodeAt(at) === CLOSE
}
