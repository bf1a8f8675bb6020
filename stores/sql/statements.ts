/** Cuts a script of SQLite into its statements, however its text comes. */
import { tokenize } from '../../model/sqlite-sql/tokens.ts'

export interface ScriptStatement {
  /** Without what stands before its first word, and without the semicolon. */
  sql: string
  /** On which it begins, from 1. */
  line: number
}

/** What may be more than a character of a statement. */
const SPECIAL = /['"`[;]|--|\/\*/g
const CLOSING: Record<string, string> = { '[': ']', '--': '\n', '/*': '*/' }
/** Blanks and comments. */
const LEADING = /(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*/y
const TRIGGER = /^CREATE\s+(?:TEMP\w*\s+)?TRIGGER\b/i

export class Statements {
  #text = ''
  /** How far the text was looked through. */
  #at = 0
  /** What ends the text, name or comment that is open; empty: none. */
  #closing = ''
  #line = 1

  /** What is left at the end of the script; undefined where that is no more than blanks and comments. */
  rest(): ScriptStatement | undefined {
    return this.#statementOf(this.#text)
  }

  /** Takes a piece of the script; gives the statements that are whole by now. */
  *add(piece: string): Iterable<ScriptStatement> {
    this.#text += piece
    let start = 0
    for (;;) {
      const end = this.#nextEnd()
      if (end < 0) break
      const text = this.#text.slice(start, end)
      const statement = this.#statementOf(text)
      if (statement && TRIGGER.test(statement.sql) && !endsTrigger(statement.sql)) continue
      this.#line += linesIn(text)
      start = end + 1
      if (statement) yield statement
    }
    this.#text = this.#text.slice(start)
    this.#at -= start
  }

  /** The place of the next semicolon that ends a statement; −1: it is still to come. */
  #nextEnd(): number {
    for (;;) {
      if (this.#closing !== '') {
        const close = this.#text.indexOf(this.#closing, this.#at)
        if (close < 0) {
          // The first half of an end may stand here.
          this.#at = Math.max(this.#at, this.#text.length - (this.#closing.length - 1))
          return -1
        }
        this.#at = close + this.#closing.length
        this.#closing = ''
      }
      SPECIAL.lastIndex = this.#at
      const found = SPECIAL.exec(this.#text)
      if (!found) {
        const isHalf = /[-/]$/.test(this.#text)
        this.#at = Math.max(this.#at, this.#text.length - (isHalf ? 1 : 0))
        return -1
      }
      this.#at = SPECIAL.lastIndex
      if (found[0] === ';') return found.index
      this.#closing = CLOSING[found[0]] ?? found[0]
    }
  }

  #statementOf(text: string): ScriptStatement | undefined {
    LEADING.lastIndex = 0
    LEADING.test(text)
    const from = LEADING.lastIndex
    if (from >= text.length) return undefined
    return { sql: text.slice(from), line: this.#line + linesIn(text.slice(0, from)) }
  }
}

/** Statements within end with a semicolon as well; its own END stands behind the last of them. */
function endsTrigger(sql: string): boolean {
  const [before, end] = tokenize(sql).slice(-3)
  return end?.kind === 'word' && end.value.toUpperCase() === 'END' && before?.value === ';'
}

function linesIn(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
