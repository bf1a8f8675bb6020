import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeSource } from '../../examples/demo/make-source.ts'
import { openSnapshot } from '../../stores/sqlite/open.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { folder } from '../stores/sqlite/files.ts'

const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

test('the demo database is the same each time, sound, and as the guide has it', t => {
  const [one, two, other] = ['1.db', '2.db', '3.db'].map(name => join(folder(t), name)) as [
    string,
    string,
    string,
  ]
  const rows = makeSource(one, { rows: 5000 })
  makeSource(two, { rows: 5000 })
  makeSource(other, { rows: 5000, seed: 2 })
  assert.equal(hash(one), hash(two))
  assert.notEqual(hash(one), hash(other))
  const db = openSnapshot(one)
  assert.deepEqual(db.pragma('foreign_key_check'), [])
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  db.close()
  const store = openSqlite(one)
  const { tables } = store.describe()
  assert.equal(tables.length, 7)
  assert.ok(tables.flatMap(({ indexes }) => indexes).length >= 12)
  for (const table of tables) {
    const facts = store.scan(table, () => undefined, true)
    assert.equal(facts.rows, rows[table.name])
    for (const column of facts.columns) {
      assert.deepEqual(column.unfit, { nul: 0, invalidUtf8: 0 })
      if (column.declared === 'TIMESTAMP') assert.ok(column.formats.includes('timestamp'))
      if (/preferences|metadata|permissions/.test(column.name)) assert.ok(column.formats.includes('json'))
    }
  }
  store.close()
})
