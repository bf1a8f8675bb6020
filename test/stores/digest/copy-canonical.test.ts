/** From the bytes of a COPY the digest is what it is from cells: by field, by row, and however the bytes come. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogicalType, Row } from '../../../model/types.ts'
import { valueWriter } from '../../../stores/digest/canonical.ts'
import { Scratch } from '../../../stores/digest/scratch.ts'
import { fieldWriter } from '../../../stores/postgres/copy-canonical.ts'
import { fieldReader, type SendFunction } from '../../../stores/postgres/copy-fields.ts'
import { CopyFrames } from '../../../stores/postgres/copy-frames.ts'
import { CopyRows } from '../../../stores/postgres/copy-rows.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const utf8 = (texts: fc.Arbitrary<string>) => texts.map(text => Buffer.from(text.toWellFormed()))
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary', minLength: 190, maxLength: 300 }),
)
const either = (...all: string[]) => fc.constantFrom(...all.map(hex => Buffer.from(hex, 'hex')))
/** Whole numbers of 64 bits near the borders that matter, and any others. */
const wide = fc.oneof(
  bytes(8),
  either('7fffffffffffffff', '8000000000000000', '7ffffffffffffffe', '0000000000000000', 'ffffffffffffffff'),
  either('001fffffffffffff', '0020000000000000', 'ffe0000000000001', 'ffdfffffffffffff', 'fffca2feb4ca6c00'),
)
const json = fc.oneof(
  fc.json(),
  fc.json({ stringUnit: 'binary' }).map(value => JSON.stringify(JSON.parse(value), null, 2)),
  fc.constantFrom(
    '-0.0',
    '1.50',
    '120',
    '-1e5',
    '0.00120',
    '{"bb":1,"a":2,"bb":{"z":[],"y":0}}',
    '"\\ud83d\\ude00\\n"',
  ),
)

const fields: [LogicalType, SendFunction, fc.Arbitrary<Uint8Array>][] = [
  [{ kind: 'boolean' }, 'boolsend', either('00', '01')],
  [{ kind: 'integer', bits: 16 }, 'int2send', bytes(2)],
  [{ kind: 'integer', bits: 32 }, 'int4send', bytes(4)],
  [{ kind: 'integer', bits: 64 }, 'int8send', wide],
  [{ kind: 'float', bits: 32 }, 'float4send', fc.oneof(bytes(4), either('80000000', '7fc00001', 'ff800000'))],
  [
    { kind: 'float', bits: 64 },
    'float8send',
    fc.oneof(
      bytes(8),
      either('8000000000000000', '7ff0000000000001', 'fff8000000000000', '7ff0000000000000'),
    ),
  ],
  [{ kind: 'numeric' }, 'int8send', wide],
  [{ kind: 'numeric' }, 'numeric_send', either('0002000000000002000113880000', '00000000c0000000')],
  [{ kind: 'text' }, 'textsend', utf8(text)],
  [{ kind: 'bytes' }, 'byteasend', fc.oneof(fc.uint8Array(), bytes(201), bytes(200), bytes(5000))],
  [{ kind: 'date' }, 'date_send', fc.oneof(bytes(4), either('7fffffff', '80000000', '7ffffffe'))],
  [{ kind: 'time' }, 'time_send', wide],
  [{ kind: 'timestamp', zone: true }, 'timestamp_send', wide],
  [{ kind: 'json', binary: false }, 'json_send', utf8(json)],
  [{ kind: 'json', binary: true }, 'jsonb_send', utf8(json.map(value => `\x01${value}`))],
  [{ kind: 'uuid' }, 'uuid_send', bytes(16)],
  [
    { kind: 'inet' },
    'inet_send',
    fc.tuple(fc.nat(32), bytes(4)).map(([n, b]) => Buffer.from([2, n, 0, 4, ...b])),
  ],
  [
    { kind: 'inet' },
    'inet_send',
    fc.tuple(fc.nat(128), bytes(16)).map(([n, b]) => Buffer.from([3, n, 1, 16, ...b])),
  ],
]

for (const [type, format, values] of fields) {
  test(`a field of ${format} for ${type.kind} has the canonical bytes of its cell`, () => {
    const write = fieldWriter(type, format)
    const [read, writeCell] = [fieldReader(format), valueWriter(type, 'typed')]
    fc.assert(
      fc.property(values, fc.uint8Array(), fc.uint8Array(), (value, before, behind) => {
        const all = Buffer.concat([before, value, behind])
        const view = new DataView(all.buffer, all.byteOffset, all.length)
        const [direct, byCell] = [new Scratch(), new Scratch()]
        write(all, view, before.length, value.length, direct)
        writeCell(read(all, view, before.length, value.length)!, byCell)
        assert.deepEqual(direct.since(0), byCell.since(0))
      }),
    )
  })
}

const message = (kind: string, body: Uint8Array): Buffer => {
  const header = Buffer.from(`${kind}\0\0\0\0`, 'latin1')
  header.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([header, body])
}

function rowBytes(cells: readonly (Uint8Array | null)[]): Buffer {
  const parts = cells.map(cell => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(cell === null ? -1 : cell.length)
    return Buffer.concat([length, cell ?? Buffer.alloc(0)])
  })
  return Buffer.concat([Buffer.from([0, cells.length]), ...parts])
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const TRAILER = Buffer.from([255, 255])
const OPENED = message('H', Buffer.from([1, 0, 0]))
const NOTICE = message('N', Buffer.from('SNOTICE\0\0'))
const ENDED = Buffer.concat([message('c', Buffer.alloc(0)), message('Z', Buffer.from('I'))])

const rowsArbitrary = fc.array(
  fc.tuple(fc.option(fc.uint8Array()), fc.option(fc.uint8Array({ maxLength: 2000 }))),
)
const cuts = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 })

test('rows and all other messages arrive, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(rowsArbitrary, cuts, fc.boolean(), fc.nat(20), (rows, pieces, together, noticeAt) => {
      const messages = rows.map(row => message('d', rowBytes(row)))
      // Servers send the signature with the first row, or alone.
      if (together && rows.length > 0)
        messages[0] = message('d', Buffer.concat([SIGNATURE, rowBytes(rows[0]!)]))
      else messages.unshift(message('d', SIGNATURE))
      messages.splice(noticeAt, 0, NOTICE)
      const sent = Buffer.concat([OPENED, ...messages, message('d', TRAILER), ENDED])
      const { found, forwarded, complete } = received(sent, pieces)
      assert.deepEqual(
        found,
        rows.map(row => row.map(cell => cell && Buffer.from(cell))),
      )
      assert.deepEqual(forwarded, Buffer.concat([OPENED, NOTICE, ENDED]))
      assert.ok(complete)
    }),
  )
})

/** `pieces`: lengths of the chunks, over and over. */
function received(
  sent: Buffer,
  pieces: readonly number[],
): { found: Row[]; forwarded: Buffer; complete: boolean } {
  const frames = new CopyFrames(64)
  const rows = new CopyRows(2)
  const [found, forwarded]: [Row[], Buffer[]] = [[], []]
  for (let at = 0, i = 0; at < sent.length; at += pieces[i++ % pieces.length]!) {
    const chunk = Buffer.from(sent.subarray(at, at + pieces[i % pieces.length]!))
    const used = frames.push(chunk, part => forwarded.push(Buffer.from(part)) > 0)
    assert.equal(used, chunk.length)
    while (rows.next(frames.window)) {
      const cells = Array.from(rows.starts, (start, column) => {
        const length = rows.lengths[column]!
        return length < 0 ? null : Buffer.from(frames.window.bytes.subarray(start, start + length))
      })
      found.push(cells)
    }
    if (i % 3 === 0) frames.reserve(rows.needed)
  }
  return { found, forwarded: Buffer.concat(forwarded), complete: rows.complete }
}
