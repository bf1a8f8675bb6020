/** Equal values in different spellings have one digest; values that differ have two. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Cell, LogicalType } from '../../../model/types.ts'
import type { Form } from '../../../stores/digest/canonical.ts'
import { digestFor } from '../../../stores/digest/digester.ts'
import { tableOf } from './tables.ts'

function hexOf(type: LogicalType, cell: Cell, form: Form = 'source'): string {
  const digester = digestFor(tableOf({ c: type }), form)
  digester.add([[cell]])
  return digester.digest.hex
}

const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
const json: LogicalType = { kind: 'json', binary: true }
const instant: LogicalType = { kind: 'timestamp', zone: true }
const clock: LogicalType = { kind: 'timestamp', zone: false }

/** Each list: a type, and groups of cells; within a group all are equal, and no two groups are. */
const groups: [LogicalType, ...Cell[][]][] = [
  [{ kind: 'boolean' }, [1, 1n, true, 't', 'TRUE'], [0, 0n, false, 'f', 'false'], [null]],
  [{ kind: 'integer', bits: 64 }, [5, 5n, '5', '+5', '05'], [-5, '-5'], [2n ** 63n - 1n], [-(2n ** 63n)]],
  [{ kind: 'float', bits: 64 }, [0, -0, 0n, '0.0'], [1.5, '1.5', '15e-1'], [NaN, -NaN], [Infinity], [5e-324]],
  [{ kind: 'numeric' }, [1.5, '1.50', '+01.5', '150e-2', '15E-1'], [100, 100n, '1e2', '100.00'], ['-100']],
  [{ kind: 'numeric' }, ['0', '-0.00', 0, -0, '0e9'], ['1e-40'], ['1e1000000'], ['NaN'], [1e21, '1e21']],
  [{ kind: 'text' }, ['5', 5, 5n], ['5.5', 5.5], ['5.0'], [''], [null]],
  [clock, ['2024-02-29 12:00:00', '2024-02-29T12:00', '2024-02-29t12:00:00.000000000'], ['2024-03-01 12:00']],
  [
    instant,
    ['2024-01-01 01:30:00+01:30', '2024-01-01T00:00:00Z', '2023-12-31 19:00:00-05', '2024-01-01 00:00'],
  ],
  [{ kind: 'time' }, ['12:30', '12:30:00', '12:30:00.0'], ['12:30:00.000001'], ['24:00:00'], ['00:00:00']],
  [
    { kind: 'uuid' },
    [uuid, uuid.toUpperCase(), uuid.replaceAll('-', ''), Buffer.from(uuid.replaceAll('-', ''), 'hex')],
  ],
  [
    { kind: 'inet' },
    ['10.0.0.1', '10.0.0.1/32'],
    ['10.0.0.1/24'],
    ['::ffff:10.0.0.1', '0:0:0:0:0:FFFF:a00:1'],
  ],
  [{ kind: 'inet' }, ['::', '0::0', '::0.0.0.0/128'], ['0.0.0.0'], ['1::', '1:0::'], ['::1'], ['::/0']],
  [
    json,
    ['{"a":1,"b":[1.50]}', ' { "b" : [ 15e-1 ] , "a" : 1.0 } ', '{"a":9,"b":[1.5],"a":1}'],
    ['{"a":1,"b":1.5}'],
  ],
  [json, ['"\\u00e9\\/"', '"é/"'], ['"e/"']],
  [json, ['[]', '[ ]'], ['{}', '{\n}'], ['[[]]'], ['[{}]'], ['[null]'], ['null'], ['"null"']],
  [
    json,
    ['12345678901234567890.1'],
    ['12345678901234567890.2'],
    ['1e400', '10e399'],
    ['1e401'],
    ['-0', '0.0', 0],
  ],
  [
    json,
    ['{"":0}'],
    ['{"a":{"b":1,"c":2},"d":3}', '{"d":3,"a":{"c":2,"b":1}}'],
    ['{"a":{"b":1},"c":2,"d":3}'],
  ],
  [
    { kind: 'json', binary: false },
    ['{"a":1,"a":2}'],
    ['{"a":2}'],
    ['{"a":2,"a":1}'],
    ['"\\ud800"'],
    ['"\\ud801"'],
  ],
]

for (const [type, ...cells] of groups) {
  test(`spellings of ${type.kind}: ${String(cells[0]![0])}`, () => {
    const digests = cells.map(equal => new Set(equal.map(cell => hexOf(type, cell))))
    for (const [i, digest] of digests.entries()) assert.equal(digest.size, 1, cells[i]!.map(String).join(' '))
    assert.equal(new Set(digests.flatMap(digest => [...digest])).size, cells.length)
  })
}

test('typed cells are equal to their ISO texts, before and after 1970', () => {
  const years = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') }
  fc.assert(
    fc.property(fc.date({ ...years, noInvalidDate: true }), fc.nat(999), (date, micros) => {
      const iso = `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}`
      const exact = BigInt(date.getTime()) * 1000n + BigInt(micros)
      const typed = Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
      assert.equal(hexOf(clock, iso), hexOf(clock, typed, 'typed'))
      assert.equal(hexOf(instant, `${iso}Z`), hexOf(instant, exact, 'typed'))
      const days = Math.floor(date.getTime() / 86_400_000)
      assert.equal(hexOf({ kind: 'date' }, iso.slice(0, 10)), hexOf({ kind: 'date' }, days, 'typed'))
    }),
  )
})

test('JSON is equal to itself with other spacing and order, and to nothing else', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, v]) => [key, shuffled(v)])
        .reverse(),
    )
  }
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const plain = JSON.stringify(a)
      assert.equal(hexOf(json, plain), hexOf(json, JSON.stringify(shuffled(a), null, 3)))
      const same = JSON.stringify(shuffled(shuffled(a))) === JSON.stringify(shuffled(shuffled(b)))
      if (!same) assert.notEqual(hexOf(json, JSON.stringify([a, b])), hexOf(json, JSON.stringify([b, a])))
    }),
  )
})

test('what JSON.parse takes and refuses, the tokenizer takes and refuses', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '1',
    '-',
    '0',
    '.5',
    'e3',
    'true',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), parts => {
      const text = parts.join('')
      assert.equal(
        succeeds(() => hexOf(json, text)),
        succeeds(() => JSON.parse(text)),
        text,
      )
    }),
    { numRuns: 5000 },
  )
})

test('nesting of a hundred thousand levels is read', () => {
  const deep = `${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`
  assert.equal(hexOf(json, deep), hexOf(json, ` ${deep} `))
})

function succeeds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
