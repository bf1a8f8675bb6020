import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, hashPlan } from '../../model/hash-plan.ts'
import { sha256 } from '../../model/sha256.ts'
import { planOf } from './world.ts'

const SQL = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 2)'

test('SHA-256 is what OpenSSL says it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), text => {
      assert.equal(sha256(text), createHash('sha256').update(text).digest('hex'))
    }),
  )
})

test('the hash does not depend on the order of keys', () => {
  const { what, hash } = planOf(SQL)
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), numbers => {
      const shuffled = shuffle(what, () => numbers.next().value!)
      assert.deepEqual(shuffled, what)
      assert.equal(hashPlan(shuffled), hash)
    }),
  )
})

test('the hash survives JSON, and different data have different canonical JSON', () => {
  const { what, hash } = planOf(SQL)
  assert.equal(hashPlan(JSON.parse(JSON.stringify(what))), hash)
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      assert.deepEqual(JSON.parse(canonicalJson(a)), JSON.parse(JSON.stringify(a)))
      assert.equal(canonicalJson(a) === canonicalJson(b), same(a, b))
    }),
  )
})

test('the hash changes with what is done, not with how', () => {
  const { hash } = planOf(SQL)
  assert.equal(planOf(SQL).hash, hash)
  assert.equal(planOf(SQL, { how: { chunkRows: 7, lanes: 9 } }).hash, hash)
  const others = [
    planOf(SQL, { onFailure: 'rollback' }),
    planOf(SQL, { reason: 'another' }),
    planOf(SQL, { accept: ['all-listed'] }),
    planOf(SQL, { file: 'tables: { t: { columns: { a: { target: b } } } }' }),
    planOf(SQL.replace('TEXT', 'INT')),
  ].map(plan => plan.hash)
  assert.equal(new Set([hash, ...others]).size, others.length + 1)
})

test('the hash is that of the same rows, more of them, or larger ones', () => {
  const { hash } = planOf(SQL)
  assert.equal(planOf(`${SQL}; INSERT INTO t VALUES (2, printf('%.*c', 900, 'x'))`).hash, hash)
})

function shuffle<T>(value: T, number: () => number): T {
  if (Array.isArray(value)) return value.map(item => shuffle(item, number)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => ({
    key,
    inner: shuffle(inner, number),
    at: number(),
  }))
  return Object.fromEntries(entries.sort((a, b) => a.at - b.at).map(({ key, inner }) => [key, inner])) as T
}

function same(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
    return true
  } catch {
    return false
  }
}
