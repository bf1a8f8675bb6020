/** What the outermost object of a JSON file is, found in one pass over as little of it as tells. */
import type { TextBlock } from '../files/text-blocks.ts'
import { isBlank } from './skip.ts'

/** A row a line · one object with an array for each table · one object that is a row itself. */
export type ObjectShape = 'lines' | 'tables' | 'row'

/** For a file that begins with an object. */
export async function objectShape(blocks: AsyncIterable<TextBlock>): Promise<ObjectShape> {
  const scan = new Scan()
  for await (const { text } of blocks) {
    const shape = scan.look(text)
    if (shape) return shape
  }
  return scan.atEnd
}

class Scan {
  #depth = 0
  #inString = false
  #escaped = false
  /** The object goes over several lines: it is none of many. */
  #isLong = false
  #isClosed = false
  /** Behind the bracket of an array in the outermost object. */
  #begins = false
  /** A value of the outermost object is an array of objects. */
  #hasTable = false
  #arrays = 0
  #values = 0

  get atEnd(): ObjectShape {
    return this.#hasTable || this.#arrays === this.#values ? 'tables' : 'row'
  }

  /** The shape, as soon as the text tells. */
  look(text: string): ObjectShape | undefined {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (this.#inString) {
        this.#string(code)
        continue
      }
      if (code === 0x0a && this.#depth > 0) this.#isLong = true
      if (isBlank(code)) continue
      if (this.#isClosed) return this.#isLong ? this.atEnd : 'lines'
      this.#mark(code)
      if (this.#hasTable && this.#isLong) return 'tables'
    }
    return undefined
  }

  #string(code: number): void {
    if (this.#escaped) this.#escaped = false
    else if (code === 0x5c) this.#escaped = true
    else if (code === 0x22) this.#inString = false
  }

  #mark(code: number): void {
    if (this.#begins && code === 0x7b) this.#hasTable = true
    this.#begins = code === 0x5b && this.#depth === 1
    if (code === 0x22) this.#inString = true
    else if (code === 0x3a && this.#depth === 1) this.#values++
    else if (code === 0x7b || code === 0x5b) {
      if (this.#begins) this.#arrays++
      this.#depth++
    } else if (code === 0x7d || code === 0x5d) this.#isClosed = --this.#depth === 0
  }
}
