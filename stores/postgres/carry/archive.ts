/**
 * The table of contents of an archive in `pg_dump`'s own format, read from its bytes: what each object is, the statements that make it
 * and the one that drops it, and what it needs. Cutting the script that `pg_restore` prints would have to tell its
 * headers from the texts inside of functions and comments.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type { DumpEntry } from '../../../model/carry/entry.ts'
import { Failure } from '../../../model/failure.ts'

const MAGIC = 'PGDMP'
/** Of `pg_dump` 12 to 18; minor numbers rise whenever a field comes in. */
const OLDEST = 14
const NEWEST = 16
const SECTIONS = [undefined, 'none', 'pre', 'data', 'post'] as const

/** All entries in the order in which `pg_restore` makes them. Fails with `target` where the format is not known. */
export function readArchive(path: string): DumpEntry[] {
  const bytes = new Bytes(path)
  try {
    return entriesOf(bytes)
  } finally {
    bytes.close()
  }
}

function entriesOf(bytes: Bytes): DumpEntry[] {
  const magic = bytes.take(MAGIC.length).toString('latin1')
  const [major, minor] = [bytes.byte(), bytes.byte()]
  bytes.byte()
  if (magic !== MAGIC || major !== 1 || minor < OLDEST || minor > NEWEST) throw unknown(`${major}.${minor}`)
  bytes.intSize = bytes.byte()
  const offsetSize = bytes.byte()
  bytes.byte()
  if (minor >= 15) bytes.byte()
  else bytes.int()
  // When it was made, in seven numbers; then database, server and program.
  for (let i = 0; i < 7; i++) bytes.int()
  for (let i = 0; i < 3; i++) bytes.text()
  return Array.from({ length: bytes.int() }, () => entry(bytes, minor, offsetSize))
}

function entry(bytes: Bytes, minor: number, offsetSize: number): DumpEntry {
  const id = bytes.int()
  // Whether it has rows, and its oids in the catalog.
  bytes.int()
  bytes.text()
  bytes.text()
  const [name, kind] = [bytes.text(), bytes.text()]
  const section = SECTIONS[bytes.int()] ?? 'none'
  const [sql, drop] = [bytes.text(), bytes.text()]
  bytes.text()
  const [schema, tablespace, method] = [bytes.text(), bytes.text(), bytes.text()]
  if (minor >= 16) bytes.int()
  const owner = bytes.text()
  bytes.text()
  const needs: number[] = []
  for (let need = bytes.optional(); need !== undefined; need = bytes.optional()) needs.push(Number(need))
  // Where its rows lie in the file.
  bytes.take(1 + offsetSize)
  return { id, kind, schema, name, section, sql, drop, owner, tablespace, method, needs }
}

const unknown = (version: string) =>
  new Failure({
    code: 'target',
    object: 'program pg_dump',
    message: `writes archives of version ${version}, which longhaul does not know`,
    remedy: 'Use the client programs of PostgreSQL 12 to 18',
  })

const BLOCK = 1024 * 1024

/** A file read from its begin, in order. */
class Bytes {
  intSize = 4
  readonly #file: number
  #block = Buffer.alloc(0)
  #at = 0

  constructor(path: string) {
    this.#file = openSync(path, 'r')
  }

  close(): void {
    closeSync(this.#file)
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#block.length) this.#fill(length)
    return this.#block.subarray(this.#at, (this.#at += length))
  }

  byte(): number {
    return this.take(1)[0]!
  }

  /** A sign, and bytes from the lowest one on. */
  int(): number {
    const negative = this.byte() !== 0
    const value = this.take(this.intSize).readUIntLE(0, this.intSize)
    return negative ? -value : value
  }

  optional(): string | undefined {
    const length = this.int()
    return length < 0 ? undefined : this.take(length).toString('utf8')
  }

  text(): string {
    return this.optional() ?? ''
  }

  #fill(length: number): void {
    const rest = this.#block.subarray(this.#at)
    const more = Buffer.alloc(Math.max(BLOCK, length - rest.length))
    let read = 0
    for (let got = -1; got !== 0 && read + rest.length < length; read += got)
      got = readSync(this.#file, more, read, more.length - read, null)
    this.#block = Buffer.concat([rest, more.subarray(0, read)])
    this.#at = 0
    if (this.#block.length < length)
      throw new Failure({ code: 'artifact', object: 'archive of the schema', message: 'is cut short' })
  }
}
