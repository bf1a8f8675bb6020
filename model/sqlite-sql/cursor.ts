/** Walks over the tokens of one text of SQL. */

import { isLooseName, isName } from './keywords.ts'
import { SqlSyntaxError } from './syntax-error.ts'
import { type Token, tokenize } from './tokens.ts'

/** A level takes up to 1.7 kB of stack, so this many take a third of what Node gives. */
const DEEPEST = 200

export class Cursor {
  readonly text: string
  readonly #tokens: Token[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
    this.#tokens = tokenize(text)
  }

  get token(): Token {
    return this.#tokens[this.#at]!
  }

  /** The token some places further on, or the end. */
  ahead(places: number): Token {
    return this.#tokens[this.#at + places] ?? this.#tokens.at(-1)!
  }

  /** Where the token before this one ends. */
  get lastEnd(): number {
    return this.#at === 0 ? 0 : this.#tokens[this.#at - 1]!.end
  }

  next(): Token {
    const token = this.token
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Whether keywords stand here, one after the other. */
  is(...keywords: string[]): boolean {
    return keywords.every((keyword, i) => {
      const token = this.ahead(i)
      return token.kind === 'word' && token.value.toUpperCase() === keyword
    })
  }

  /** Steps over keywords if they stand here. */
  take(...keywords: string[]): boolean {
    if (!this.is(...keywords)) return false
    this.#at += keywords.length
    return true
  }

  /** Steps over the one of these keywords that stands here, and tells which. */
  takeOneOf<K extends string>(...keywords: K[]): K | undefined {
    return keywords.find(keyword => this.take(keyword))
  }

  expect(...keywords: string[]): void {
    if (!this.take(...keywords)) this.fail(`${keywords.join(' ')} expected`)
  }

  isOperator(operator: string, places = 0): boolean {
    const token = this.ahead(places)
    return token.kind === 'operator' && token.value === operator
  }

  takeOperator(operator: string): boolean {
    if (!this.isOperator(operator)) return false
    this.#at++
    return true
  }

  expectOperator(operator: string): void {
    if (!this.takeOperator(operator)) this.fail(`"${operator}" expected`)
  }

  /** A name in any spelling that SQLite takes, a string too. */
  name(): string {
    return isName(this.token) ? this.next().value : this.fail('a name expected')
  }

  /** A name where one may be missing. */
  looseName(): string | undefined {
    return isLooseName(this.token) ? this.next().value : undefined
  }

  /** One or more, with commas between. */
  list<T>(item: (cursor: this) => T): T[] {
    const items: T[] = []
    do items.push(item(this))
    while (this.takeOperator(','))
    return items
  }

  /** What stands between the parentheses that begin here. */
  inParentheses<T>(parse: (cursor: this) => T): T {
    this.expectOperator('(')
    const inner = parse(this)
    this.expectOperator(')')
    return inner
  }

  /** For all that may hold itself: text nested too deep is refused before the stack ends. */
  nested<T>(parse: (cursor: this) => T): T {
    if (this.#depth === DEEPEST) this.fail(`nested deeper than ${DEEPEST} levels`)
    this.#depth++
    const inner = parse(this)
    this.#depth--
    return inner
  }

  fail(problem: string): never {
    throw new SqlSyntaxError(problem, this.token.start)
  }
}
