/** The text of a JSON file, as much of it as is needed at once. */
import { Failure } from '../../model/failure.ts'
import type { TextBlock } from '../files/text-blocks.ts'
import { behindBlanks } from './skip.ts'

/** Characters of one element. */
const LONGEST = 1 << 28

export class Cursor {
  readonly #path: string
  readonly #blocks: AsyncIterator<TextBlock>
  text = ''
  at = 0
  /** Nothing comes behind the text. */
  last = false
  /** Up to here the text has characters that stand for bytes which are none. */
  #damagedUpTo = 0
  /** Of the beginning of the text, from 1. */
  #line = 1
  #column = 1

  constructor(path: string, blocks: AsyncIterator<TextBlock>) {
    this.#path = path
    this.#blocks = blocks
  }

  /** Drops what lies behind, and gets more: at least as much as there is, so that what is long is not looked at too often. */
  async more(): Promise<void> {
    const rest = this.text.length - this.at
    if (rest > LONGEST) throw this.failure(`something in it is longer than ${LONGEST} characters`)
    this.#forward()
    const parts = [this.text.slice(this.at)]
    let length = rest
    let damaged = this.#damagedUpTo - this.at
    do {
      const { done, value } = await this.#blocks.next()
      if (done) {
        this.last = true
        break
      }
      parts.push(value.text)
      length += value.text.length
      if (value.damaged) damaged = length
    } while (length < 2 * rest)
    this.text = parts.join('')
    this.at = 0
    this.#damagedUpTo = damaged
  }

  /** Goes to the next character that is no blank; false where none comes. */
  async toText(): Promise<boolean> {
    for (;;) {
      this.at = behindBlanks(this.text, this.at)
      if (this.at < this.text.length) return true
      if (this.last) return false
      await this.more()
    }
  }

  /** Of the next character, from 1. */
  get line(): number {
    return this.#placeOf(this.at).line
  }

  get code(): number {
    return this.text.charCodeAt(this.at)
  }

  /** Whether the text up to `end` holds bytes that are no characters. */
  isDamaged(end: number): boolean {
    return this.at < this.#damagedUpTo && this.text.slice(this.at, end).includes('\uFFFD')
  }

  failure(message: string, at = this.at): Failure {
    const { line, column } = this.#placeOf(at)
    return new Failure({
      code: 'source',
      object: `file ${this.#path}`,
      message: `line ${line}, character ${column}: ${message}`,
      remedy: 'Get the file anew; nothing of it was taken',
    })
  }

  #forward(): void {
    const { line, column } = this.#placeOf(this.at)
    this.#line = line
    this.#column = column
  }

  #placeOf(at: number): { line: number; column: number } {
    let line = this.#line
    let start = 1 - this.#column
    for (let end = this.text.indexOf('\n'); end >= 0 && end < at; end = this.text.indexOf('\n', end + 1)) {
      line++
      start = end + 1
    }
    return { line, column: at - start + 1 }
  }
}
