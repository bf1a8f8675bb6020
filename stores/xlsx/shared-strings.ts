/** The texts that cells share: the first in memory, the others in a database of SQLite's own that nobody else sees. */
import Database from 'better-sqlite3'
import { sourceFailure } from './refused.ts'
import { parts } from './xml.ts'
import type { Zip } from './zip.ts'

/** Characters that are kept in memory. */
const KEPT = 16 * 2 ** 20

export class SharedStrings {
  readonly #path: string
  readonly #kept: string[] = []
  #characters = 0
  #count = 0
  #more: More | undefined

  private constructor(path: string) {
    this.#path = path
  }

  static async read(
    zip: Zip,
    part: string | undefined,
    signal: AbortSignal,
    kept: number = KEPT,
  ): Promise<SharedStrings> {
    const strings = new SharedStrings(zip.path)
    if (part === undefined) return strings
    const texts = new TextOfItems(text => strings.#add(text, kept))
    for await (const _ of parts(zip, part, texts)) signal.throwIfAborted()
    strings.#more?.db.exec('COMMIT')
    return strings
  }

  at(index: number): string {
    const text = this.#kept[index] ?? (index < this.#count ? this.#more?.get.get(index) : undefined)
    if (text === undefined)
      throw sourceFailure(this.#path, 'the workbook is damaged: a cell names a text that is not there')
    return text
  }

  close(): void {
    this.#more?.db.close()
  }

  #add(text: string, kept: number): void {
    const index = this.#count++
    if ((this.#characters += text.length) <= kept) this.#kept.push(text)
    else (this.#more ??= more()).add.run(index, text)
  }
}

interface More {
  db: Database.Database
  add: Database.Statement<[number, string]>
  get: Database.Statement<[number], string>
}

/** Without a name: SQLite removes it by itself, and keeps it in memory as long as it is small. */
function more(): More {
  const db = new Database('')
  db.exec('CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL); BEGIN')
  return {
    db,
    add: db.prepare('INSERT INTO texts VALUES (?, ?)'),
    get: db.prepare<[number], string>('SELECT text FROM texts WHERE id = ?').pluck(),
  }
}

/** Texts of `si`: of its runs, without how they are spoken. */
class TextOfItems {
  readonly #item: (text: string) => void
  #text = ''
  #isText = false
  #isSpoken = false

  constructor(item: (text: string) => void) {
    this.#item = item
  }

  open(name: string): void {
    if (name === 'si') this.#text = ''
    if (name === 'rPh') this.#isSpoken = true
    if (name === 't') this.#isText = !this.#isSpoken
  }

  close(name: string): void {
    if (name === 't') this.#isText = false
    if (name === 'rPh') this.#isSpoken = false
    if (name === 'si') this.#item(this.#text)
  }

  text(text: string): void {
    if (this.#isText) this.#text += text
  }
}
