import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OtherObject } from '../../model/schema.ts'
import { natureOfView } from '../../model/view-nature.ts'

const views = (...sql: string[]): OtherObject[] =>
  sql.map(text => ({ kind: 'view', name: /VIEW (\w+)/.exec(text)![1]!, sql: text }))

test('a view reads what the views that it reads do', () => {
  const all = views(
    'CREATE VIEW a AS SELECT * FROM B JOIN t USING (id) WHERE x IN (SELECT id FROM u)',
    'CREATE VIEW b AS SELECT id, (SELECT max(y) FROM main."V") FROM w, (SELECT * FROM z)',
  )
  assert.deepEqual([...natureOfView('A', all).tables].sort(), ['t', 'u', 'v', 'w', 'z'])
})

test('what reads itself has an end', () => {
  const all = views('CREATE VIEW a AS SELECT * FROM b', 'CREATE VIEW b AS SELECT * FROM a')
  assert.deepEqual(natureOfView('a', all), { tables: new Set(), changes: false })
})

for (const [sql, changes] of [
  [`date('now')`, true],
  [`strftime('%Y')`, true],
  ['CURRENT_TIMESTAMP', true],
  ['random() % 2', true],
  ['hex(randomblob(4))', true],
  [`datetime(at, 'localtime')`, true],
  ['datetime()', true],
  [`date(at, '+1 day')`, false],
  [`strftime('%Y', at)`, false],
  ['unixepoch(at)', false],
  ['upper(at)', false],
] as const) {
  test(`${sql} ${changes ? 'changes' : 'stays'}`, () => {
    assert.equal(natureOfView('a', views(`CREATE VIEW a AS SELECT ${sql} FROM t`)).changes, changes)
  })
}

test('the clock in a view that is read counts', () => {
  const all = views(
    'CREATE VIEW a AS SELECT * FROM b',
    `CREATE VIEW b AS SELECT x FROM t WHERE d > date('now')`,
  )
  assert.equal(natureOfView('a', all).changes, true)
})

for (const [sql, open] of [
  ['SELECT a FROM t ORDER BY a LIMIT 3', /LIMIT/],
  ['SELECT group_concat(a) FROM t', /group_concat\(\)/],
  ['SELECT row_number() OVER (ORDER BY a) FROM t', /row_number\(\)/],
  ['SELECT a FROM t ORDER BY a', undefined],
  ['SELECT sum(a) FROM t', undefined],
] as const) {
  test(`${sql} ${open ? 'leaves something open' : 'says all'}`, () => {
    const found = natureOfView('v', views(`CREATE VIEW v AS ${sql}`)).open
    if (open) assert.match(found!, open)
    else assert.equal(found, undefined)
  })
}
