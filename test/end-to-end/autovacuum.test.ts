/** Autovacuum keeps away from tables that are being made, and comes back to them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld } from './world.ts'

const world = await openWorld()

test('tables of many rows are left alone by autovacuum until all is made, and not after', async () => {
  const source = world.source(`
    CREATE TABLE many (id INTEGER PRIMARY KEY, v TEXT);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO many SELECT i, i FROM n;
    CREATE TABLE few (id INTEGER PRIMARY KEY, many INTEGER REFERENCES many);
    INSERT INTO few VALUES (1, 1)`)
  const target = await world.target()
  const words = ['--from', `sqlite:${source}`, '--to', target.url]
  const { out } = await world.run(['plan', ...words, '--sql'])
  const [made, keys, back] = [/"many" \([^;]*autovacuum_enabled = false/, /FOREIGN KEY/, /RESET \(autovacuum/]
  assert.ok(out.search(made) >= 0 && out.search(made) < out.search(keys), out)
  assert.ok(out.search(keys) < out.search(back), out)
  assert.doesNotMatch(out, /"few" \([^;]*autovacuum/)
  const ended = await world.run(['full', ...words])
  assert.equal(ended.status, 0, ended.all)
  const left = await target.rows(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL`,
  )
  assert.deepEqual(left, [])
})
