/** Walks over the tokens of one text that PostgreSQL printed. */
import { type Token, tokenize } from './tokens.ts'

/** What is beyond the part of the language that planners understand; its message says what, without values. */
export class NotUnderstood extends Error {}

/** Deeper than any rule that somebody wrote, and far from the end of the stack. */
const DEEPEST = 200

export class Cursor {
  readonly #tokens: Token[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#tokens = tokenize(text)
  }

  get token(): Token {
    return this.#tokens[this.#at]!
  }

  ahead(places: number): Token {
    return this.#tokens[this.#at + places] ?? this.#tokens.at(-1)!
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

  expect(...keywords: string[]): void {
    if (!this.take(...keywords)) this.fail(`${keywords.join(' ')} is missing`)
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
    if (!this.takeOperator(operator)) this.fail(`"${operator}" is missing`)
  }

  /** The server quotes each name that is a keyword which could be taken for one. */
  name(): string {
    const { kind } = this.token
    return kind === 'word' || kind === 'quoted' ? this.next().value : this.fail('a name is missing')
  }

  /** One or more, with commas between. */
  list<T>(item: () => T): T[] {
    const items: T[] = []
    do items.push(item())
    while (this.takeOperator(','))
    return items
  }

  inParentheses<T>(parse: () => T): T {
    this.expectOperator('(')
    const inner = parse()
    this.expectOperator(')')
    return inner
  }

  /** For all that may hold itself. */
  nested<T>(parse: () => T): T {
    if (this.#depth === DEEPEST) this.fail('it is nested too deep')
    this.#depth++
    const inner = parse()
    this.#depth--
    return inner
  }

  fail(problem: string): never {
    throw new NotUnderstood(problem)
  }
}
