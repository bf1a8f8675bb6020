/** A digest is the same for the same rows, however they come, and another one for any other rows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../../model/failure.ts'
import type { Cell, LogicalType, Row } from '../../../model/types.ts'
import { Digest, differingBuckets } from '../../../stores/digest/digest.ts'
import { digestFor } from '../../../stores/digest/digester.ts'
import { tableOf } from './tables.ts'

const columns: Record<string, LogicalType> = {
  id: { kind: 'integer', bits: 64 },
  name: { kind: 'text' },
  score: { kind: 'float', bits: 64 },
  data: { kind: 'json', binary: true },
  raw: { kind: 'bytes' },
}

const rowArbitrary: fc.Arbitrary<Row> = fc.tuple(
  fc.integer(),
  fc.option(fc.string({ unit: 'binary' })),
  fc.option(fc.double()),
  fc.option(fc.json()),
  fc.option(fc.uint8Array({ maxLength: 40 })),
)

const digestOf = (rows: readonly Row[], key: string[] = ['id']): Digest => {
  const digester = digestFor(tableOf(columns, key), 'source')
  digester.add(rows)
  return digester.digest
}

test('order of rows and cuts into chunks make no difference', () => {
  const keys = fc.constantFrom<string[]>([], ['id'], ['name', 'id'])
  fc.assert(
    fc.property(fc.array(rowArbitrary), fc.nat(), keys, (rows, cut, key) => {
      const whole = digestOf(rows, key)
      const at = rows.length ? cut % rows.length : 0
      const parts = digestOf(rows.slice(at).reverse(), key)
      parts.merge(Digest.fromBytes(digestOf(rows.slice(0, at), key).toBytes()))
      assert.ok(whole.equals(parts))
      assert.deepEqual(whole.toBytes(), parts.toBytes())
      assert.equal(whole.hex, parts.hex)
      assert.equal(whole.count, rows.length)
    }),
  )
})

test('a changed cell changes the bucket of its row and no other', () => {
  const changes: [column: number, cell: Cell][] = [
    [1, 'another'],
    [1, null],
    [2, 0.1],
    [3, '[1]'],
    [4, new Uint8Array([7])],
  ]
  const arbitrary = fc.array(rowArbitrary, { minLength: 1 })
  fc.assert(
    fc.property(arbitrary, fc.nat(), fc.constantFrom(...changes), (rows, which, [column, cell]) => {
      const row = rows[which % rows.length]!
      const changed = row.with(column, cell)
      fc.pre(JSON.stringify(row[column]) !== JSON.stringify(cell))
      const others = rows.toSpliced(which % rows.length, 1, changed)
      assert.equal(differingBuckets(digestOf(rows), digestOf(others)).length, 1)
    }),
  )
})

test('a lost, a doubled and a swapped row are seen', () => {
  const rows: Row[] = Array.from({ length: 200 }, (_, i) => [i, `n${i}`, i / 3, '{}', null])
  const digest = digestOf(rows)
  assert.ok(!digest.equals(digestOf(rows.slice(1))))
  assert.ok(!digest.equals(digestOf([...rows, rows[5]!])))
  assert.ok(!digest.equals(digestOf([...rows, rows[5]!, rows[5]!])), 'two equal rows do not cancel out')
  assert.ok(!digest.equals(digestOf([...rows.slice(1), rows[1]!])))
  const swapped = rows.with(3, rows[3]!.with(1, 'n4')).with(4, rows[4]!.with(1, 'n3'))
  assert.equal(differingBuckets(digest, digestOf(swapped)).length, 2)
})

test('cells cannot flow into each other', () => {
  const table = tableOf({ a: { kind: 'text' }, b: { kind: 'text' } })
  const hex = (row: Row) => {
    const digester = digestFor(table, 'source')
    digester.add([row])
    return digester.digest.hex
  }
  const rows: Row[] = [
    ['ab', ''],
    ['a', 'b'],
    ['', 'ab'],
    ['ab', null],
    [null, 'ab'],
    ['', ''],
    ['', null],
    [null, null],
  ]
  assert.equal(new Set(rows.map(hex)).size, rows.length)
})

test('keys fall into all buckets', () => {
  const rows: Row[] = Array.from({ length: 6400 }, (_, i) => [i, null, null, null, null])
  assert.equal(differingBuckets(digestOf(rows), new Digest()).length, 64)
})

test('a digest of another version or length is refused', () => {
  const bytes = new Digest().toBytes()
  const failsAsArtifact = (wrong: Uint8Array) =>
    assert.throws(
      () => Digest.fromBytes(wrong),
      (error: unknown) => error instanceof Failure && error.code === 'artifact',
    )
  failsAsArtifact(bytes.with(0, 9))
  failsAsArtifact(bytes.slice(0, 100))
  failsAsArtifact(new Uint8Array())
})

test('a cell that its type cannot hold names table and column, and no value', () => {
  const wrong: [LogicalType, Cell][] = [
    [{ kind: 'boolean' }, 'secret'],
    [{ kind: 'integer', bits: 64 }, 'secret'],
    [{ kind: 'integer', bits: 64 }, 1.5],
    [{ kind: 'integer', bits: 64 }, 2n ** 63n],
    [{ kind: 'float', bits: 64 }, 'secret'],
    [{ kind: 'numeric' }, 'secret'],
    [{ kind: 'text' }, new Uint8Array([115])],
    [{ kind: 'bytes' }, 'secret'],
    [{ kind: 'date' }, '2023-02-29'],
    [{ kind: 'date' }, '2023-19-05'],
    [{ kind: 'time' }, '24:00:01'],
    [{ kind: 'timestamp', zone: false }, '2024-01-01 00:00:00Z'],
    [{ kind: 'timestamp', zone: false }, '2024-01-01 00:00:60'],
    [{ kind: 'timestamp', zone: false }, '2024-01-01 00:00:00.0000001'],
    [{ kind: 'timestamp', zone: true }, '2024-01-01 00:00:00+16:00'],
    [{ kind: 'json', binary: true }, '{"secret": 1,}'],
    [{ kind: 'uuid' }, 'secret'],
    [{ kind: 'inet' }, '10.0.0.256'],
    [{ kind: 'inet' }, '1:2:3:4:5:6:7:8:9'],
  ]
  for (const [type, cell] of wrong) {
    const digester = digestFor(tableOf({ 'the column': type }), 'source')
    assert.throws(
      () => digester.add([[cell]]),
      (error: unknown) => {
        assert.ok(error instanceof Failure, String(error))
        assert.equal(error.code, 'value')
        assert.match(error.message, /table "sample", column "the column": a value /)
        assert.doesNotMatch(error.message, /secret|2023|2024|256/)
        return true
      },
      `${type.kind} ${String(cell)}`,
    )
  }
})
