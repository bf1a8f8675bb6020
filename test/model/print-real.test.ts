import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { printReal } from '../../model/print-real.ts'

const db = new Database(':memory:')
const cast = db.prepare<[number], string>('SELECT CAST(CAST(? AS REAL) AS TEXT)').pluck()

test('a REAL has a point, an exponent where SQLite gives it one, and reads back as it was', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
      const text = printReal(value)
      assert.equal(Number(text), value)
      assert.match(text, /^-?\d+\.\d+(e[+-]\d\d+)?$/)
      // SQLite prints 17 digits where fewer do; the form is the same.
      if (value !== 0) assert.equal(text.includes('e'), cast.get(value)!.includes('e'))
    }),
    { numRuns: 2000 },
  )
})

test('what SQLite prints with few digits is printed alike', () => {
  for (const value of [0, 10, -3, 2.5, 100.25, 1e15, 1e16, 1e17, 1e20, 1.5e300, 0.0001, 0.00001, 1.25e-7])
    assert.equal(printReal(value), cast.get(value))
})
