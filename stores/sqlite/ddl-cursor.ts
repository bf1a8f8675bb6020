/** Walks over the tokens of one CREATE statement. */
import { Failure } from '../../model/failure.ts'
import { type Token, tokenize } from './ddl-tokens.ts'

export class Cursor {
  readonly text: string
  readonly #tokens: Token[]
  #at = 0

  constructor(text: string) {
    this.text = text
    this.#tokens = tokenize(text)
  }

  get token(): Token {
    return this.#tokens[this.#at]!
  }

  /** Where the token before this one ends. */
  get lastEnd(): number {
    return this.#at === 0 ? 0 : this.#tokens[this.#at - 1]!.end
  }

  /** Whether keywords stand here, one after the other. */
  is(...keywords: string[]): boolean {
    return keywords.every((keyword, i) => {
      const token = this.#tokens[this.#at + i]
      return token?.kind === 'word' && token.value.toUpperCase() === keyword
    })
  }

  isOperator(operator: string): boolean {
    return this.token.kind === 'operator' && this.token.value === operator
  }

  next(): Token {
    const token = this.token
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Steps over keywords if they stand here. */
  take(...keywords: string[]): boolean {
    if (!this.is(...keywords)) return false
    this.#at += keywords.length
    return true
  }

  takeOperator(operator: string): boolean {
    if (!this.isOperator(operator)) return false
    this.#at++
    return true
  }

  /** A name in any spelling that SQLite takes, a string too. */
  name(): string {
    const token = this.next()
    if (token.kind !== 'word' && token.kind !== 'quoted' && token.kind !== 'string') this.#fail(token)
    return token.value
  }

  /** The text between the parentheses that begin here. */
  group(): string {
    const open = this.token
    this.expectOperator('(')
    let depth = 1
    for (;;) {
      const token = this.next()
      if (token.kind === 'end') this.#fail(token)
      if (token.kind !== 'operator') continue
      if (token.value === '(') depth++
      if (token.value === ')' && --depth === 0) return this.text.slice(open.end, token.start).trim()
    }
  }

  expectOperator(operator: string): void {
    if (!this.takeOperator(operator)) this.#fail(this.token)
  }

  fail(): never {
    return this.#fail(this.token)
  }

  #fail(token: Token): never {
    throw new Failure({
      code: 'internal',
      message: `a definition in the source has a form that longhaul cannot read (at character ${token.start})`,
      remedy: 'Report this with the output of: sqlite3 FILE .schema',
    })
  }
}
