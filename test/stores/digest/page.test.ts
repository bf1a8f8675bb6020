/** What `docs/digest.md` says is what the code does. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Cell } from '../../../model/types.ts'
import { writerFor } from '../../../stores/digest/canonical.ts'
import { DIGEST_BYTES } from '../../../stores/digest/digest.ts'
import { hash128 } from '../../../stores/digest/hash.ts'
import { Scratch } from '../../../stores/digest/scratch.ts'
import { logicalType } from '../../../stores/postgres/types.ts'

const page = readFileSync(new URL('../../../docs/digest.md', import.meta.url), 'utf8')

/** Rows of the table under a heading line, their cells without back-quotes. */
function tableUnder(head: string): string[][] {
  const lines = page.slice(page.indexOf(head)).split('\n').slice(2)
  const rows = lines.slice(
    0,
    lines.findIndex(line => !line.startsWith('|')),
  )
  return rows.map(row => row.split(' | ').map(cell => cell.replace(/^\| |`| \|$/g, '')))
}

/** A cell from SQLite's spelling of it. */
function cellOf(text: string): Cell {
  if (text === 'NULL') return null
  if (text.startsWith("x'")) return Buffer.from(text.slice(2, -1), 'hex')
  if (text.startsWith("'")) return text.slice(1, -1)
  return /^-?\d{16,}$/.test(text) ? BigInt(text) : Number(text)
}

test('canonical bytes are those of the page', () => {
  const vectors = tableUnder('| type | cell | bytes |')
  assert.ok(vectors.length > 20)
  for (const [type, cell, bytes] of vectors) {
    const out = new Scratch()
    writerFor(logicalType(type!)!, 'source')(cellOf(cell!), out)
    assert.equal(Buffer.from(out.view.buffer, 0, out.length).toString('hex'), bytes, `${type} ${cell}`)
  }
})

test('hashes are the published ones of MurmurHash3 x86 128', () => {
  const vectors = tableUnder('| text | hash |')
  assert.ok(vectors.length > 17)
  for (const [text, expected] of vectors) {
    assert.equal(hashOf(Buffer.from(text!)), expected, text)
    const shifted = Buffer.concat([Buffer.from('?'), Buffer.from(text!), Buffer.from('?')])
    assert.equal(hashOf(shifted, 1, shifted.length - 2), expected, `${text}, at an odd place`)
  }
})

test('a stored digest is as long as the page says', () => {
  assert.equal(DIGEST_BYTES, 1540)
})

function hashOf(bytes: Buffer, start = 0, length = bytes.length): string {
  const out = new Uint32Array(4)
  hash128(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, length, out)
  return Array.from(out, word => word.toString(16).padStart(8, '0')).join('')
}
