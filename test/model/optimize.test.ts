/** What `--types optimized` adds to a plan. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan } from '../../model/plan.ts'
import { planOf, said } from './world.ts'

const SOURCE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, "userName" TEXT, named TEXT, profile JSON,
    updated_at TIMESTAMP, "lastModified" DATETIME, modified_at TEXT);
  CREATE TABLE challenges (id INTEGER PRIMARY KEY, creator_id INTEGER REFERENCES users, title TEXT, status TEXT,
    is_open BOOLEAN, modified_at DATETIME);
  CREATE TRIGGER keep AFTER UPDATE ON challenges BEGIN
    UPDATE challenges SET modified_at = datetime('now') WHERE id = NEW.id; END;
  INSERT INTO users VALUES (1, 'Ada', 'x', '{"a": 1}', '2024-01-01 10:00:00', '2024-01-01T10:00:00Z', 'x');
  INSERT INTO challenges VALUES (1, 1, 'First', 'open', 1, '2024-01-01 10:00:00');`

const optimized = (given = {}): Plan => planOf(SOURCE, { types: 'optimized', ...given })
const table = ({ what }: Plan, name: string) => what.tables.find(found => found.name === name)!
const notes = ({ findings }: Plan) =>
  findings.filter(({ code }) => code === 'optimized').map(({ object }) => object)

test('indexes for JSON and for names, statistics over a parent and a status, the time of the last change', () => {
  const plan = optimized()
  assert.deepEqual(
    table(plan, 'users').indexes.map(({ name, method, parts }) => [name, method, parts[0]!.operators]),
    [
      ['idx_users_profile_gin', 'gin', undefined],
      ['idx_users_userName_gin', 'gin', '"public"."gin_trgm_ops"'],
    ],
  )
  assert.deepEqual(table(plan, 'challenges').statistics, [
    { name: 'stat_challenges_creator_id_status', columns: ['creator_id', 'status'] },
    { name: 'stat_challenges_creator_id_is_open', columns: ['creator_id', 'is_open'] },
  ])
  assert.deepEqual(plan.what.extensions, [{ name: 'pg_trgm', schema: 'public' }])
  const touches = plan.what.triggers.filter(({ name }) => name.startsWith('touch_'))
  assert.deepEqual(
    touches.map(({ name }) => name),
    ['touch_users_updated_at', 'touch_users_lastModified'],
  )
  assert.deepEqual(notes(plan).toSorted(), [
    'challenges.title',
    'table challenges',
    'table challenges',
    'users.lastModified',
    'users.profile',
    'users.updated_at',
    'users.userName',
  ])
})

test('nothing of it without the flag', () => {
  const plan = optimized({ types: 'inferred' })
  assert.deepEqual(notes(plan), [])
  assert.equal(plan.what.extensions, undefined)
  assert.ok(plan.what.tables.every(({ indexes, statistics }) => indexes.length + statistics.length === 0))
})

test('an extension that is there is used where it is; one that is not to be had is a warning', () => {
  const there = optimized({ target: { trigrams: { schema: 'ext', canCreate: false } } })
  assert.equal(there.what.extensions, undefined)
  assert.equal(table(there, 'challenges').indexes[0]!.parts[0]!.operators, '"ext"."gin_trgm_ops"')
  const missing = optimized({ target: { trigrams: { canCreate: false } } })
  assert.ok(said(missing).includes('warning extension-missing target'))
  assert.deepEqual(table(missing, 'challenges').indexes, [])
  assert.equal(table(missing, 'users').indexes.length, 1)
})

test('names that are taken in the target are not taken again', () => {
  const plan = optimized({
    target: {
      relations: [{ name: 'idx_challenges_title_gin', kind: 'index' }],
      statistics: ['stat_challenges_creator_id_status'],
      functions: ['touch_users_updated_at'],
    },
  })
  assert.match(table(plan, 'challenges').indexes[0]!.name, /^idx_challenges_title_gin_[0-9a-f]{8}$/)
  assert.match(
    table(plan, 'challenges').statistics[0]!.name,
    /^stat_challenges_creator_id_status_[0-9a-f]{8}$/,
  )
  assert.match(plan.what.triggers.find(({ name }) => name.startsWith('touch_'))!.name, /_[0-9a-f]{8}$/)
})
