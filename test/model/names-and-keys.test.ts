import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assignNames, MAX_NAME_BYTES } from '../../model/build-plan/names.ts'
import { planOf, said } from './world.ts'

const LONG = 'n'.repeat(70)

test('names are kept where PostgreSQL can hold them, else shortened the same way every time', () => {
  const sql = `CREATE TABLE "${LONG}a" ("x y" INT); CREATE TABLE "${LONG}b" (x); CREATE TABLE "Order" ("select" INT)`
  const plan = planOf(sql)
  const names = plan.what.tables.map(({ target }) => target.name)
  assert.equal(new Set(names).size, 3)
  assert.ok(names.includes('Order'))
  for (const name of names) assert.ok(Buffer.byteLength(name) <= 63)
  assert.deepEqual(
    planOf(sql).what.tables.map(({ target }) => target.name),
    names,
  )
  assert.equal(said(plan).filter(line => line.startsWith('warning name-changed')).length, 2)
})

test('columns named as those that every table of PostgreSQL has get another name', () => {
  const plan = planOf('CREATE TABLE t (xmin INT, "" INT, ok INT)')
  const [system, empty, ok] = plan.what.tables[0]!.columns.map(({ target }) => target)
  assert.match(system!, /^xmin_[0-9a-f]{8}$/)
  assert.match(empty!, /^unnamed_[0-9a-f]{8}$/)
  assert.equal(ok, 'ok')
})

test('the sequence of an identity takes no name of a table, and none is cut', () => {
  const plan = planOf(`CREATE TABLE s (id INTEGER PRIMARY KEY); CREATE TABLE s_id_seq (a);
    CREATE TABLE "${LONG}" (id INTEGER PRIMARY KEY); CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE INDEX p_id_seq ON p (id)`)
  const sequence = (name: string) =>
    plan.what.tables.find(table => table.name === name)!.columns[0]!.identity!.sequence
  assert.match(sequence('s')!, /^s_id_seq_[0-9a-f]{8}$/)
  assert.match(sequence(LONG)!, /^n+_[0-9a-f]{8}$/)
  assert.equal(sequence('p'), undefined)
  assert.notEqual(plan.what.tables.find(({ name }) => name === 'p')!.indexes[0]!.name, 'p_id_seq')
})

test('given names are unique, fit, and leave alone what fits', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 90 })
  fc.assert(
    fc.property(fc.array(name), fc.array(name), (wanted, taken) => {
      const given = assignNames(wanted, new Set(taken))
      assert.equal(new Set([...given, ...taken]).size, given.length + new Set(taken).size)
      for (const [i, got] of given.entries()) {
        assert.ok(got !== '' && Buffer.byteLength(got) <= MAX_NAME_BYTES && got.isWellFormed())
        const first = wanted.indexOf(wanted[i]!) === i && !taken.includes(wanted[i]!)
        const fits = wanted[i] !== '' && Buffer.byteLength(wanted[i]!) <= MAX_NAME_BYTES
        if (first && fits && wanted[i]!.isWellFormed()) assert.equal(got, wanted[i])
      }
    }),
  )
})

test('two tables that the plan file sends to one name are refused', () => {
  const plan = planOf('CREATE TABLE a (x); CREATE TABLE b (x)', { file: 'tables: { a: { target: b } }' })
  assert.deepEqual(said(plan), ['refused name-collision table b'])
})

test('keys and indexes share the names of tables in a schema: made-up ones give way', () => {
  const plan = planOf('CREATE TABLE t (a INTEGER PRIMARY KEY, b UNIQUE); CREATE INDEX t_pkey ON t (b)', {
    target: { relations: [{ name: 't_b_key', kind: 'sequence' }] },
  })
  const [t] = plan.what.tables
  assert.equal(t!.indexes[0]!.name, 't_pkey')
  assert.match(t!.primaryKey!.name!, /^t_pkey_[0-9a-f]{8}$/)
  assert.match(t!.uniques[0]!.name!, /^t_b_key_[0-9a-f]{8}$/)
})

test('an index whose name is taken in the target is renamed, with a note', () => {
  const plan = planOf('CREATE TABLE t (a); CREATE INDEX i ON t (a)', {
    target: { relations: [{ name: 'i', kind: 'index' }] },
  })
  assert.match(plan.what.tables[0]!.indexes[0]!.name, /^i_[0-9a-f]{8}$/)
  assert.deepEqual(said(plan, true), ['note name-changed index i'])
})

/** Tables, and what the foreign key becomes: its columns in the target, or the finding. */
const FOREIGN_KEYS: [string, string, string[] | string][] = [
  [
    'to a primary key',
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a INT REFERENCES p)',
    ['id'],
  ],
  ['to a unique column', 'CREATE TABLE p (x TEXT UNIQUE); CREATE TABLE c (a TEXT REFERENCES P(X))', ['x']],
  [
    'to a unique index, in another order',
    'CREATE TABLE p (x INT, y INT); CREATE UNIQUE INDEX u ON p (y, x);' +
      'CREATE TABLE c (a INT, b INT, FOREIGN KEY (a, b) REFERENCES p (x, y))',
    ['x', 'y'],
  ],
  ['to itself', 'CREATE TABLE c (id INTEGER PRIMARY KEY, a INT REFERENCES c)', ['id']],
  ['to a table that is not there', 'CREATE TABLE c (a INT REFERENCES p)', 'which it points to, is not there'],
  [
    'to columns that are not unique',
    'CREATE TABLE p (x INT); CREATE TABLE c (a INT REFERENCES p (x))',
    'are not unique',
  ],
  [
    'to what is unique only in part',
    'CREATE TABLE p (x INT); CREATE UNIQUE INDEX u ON p (x) WHERE x > 0; CREATE TABLE c (a INT REFERENCES p (x))',
    'are not unique',
  ],
  [
    'from text to a number',
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a TEXT REFERENCES p)',
    'a is text, and what it points to is bigint',
  ],
]

test('foreign keys that PostgreSQL can check are made, others are told', async t => {
  for (const [name, sql, wanted] of FOREIGN_KEYS) {
    await t.test(name, () => {
      const plan = planOf(sql)
      const child = plan.what.tables.find(table => table.name === 'c')!
      if (typeof wanted === 'string') {
        assert.deepEqual(child.foreignKeys, [])
        assert.match(
          plan.findings.find(({ code }) => code === 'foreign-key-not-converted')!.message,
          new RegExp(wanted),
        )
        assert.equal(plan.what.leftOut.at(-1)!.kind, 'foreign key')
      } else assert.deepEqual(child.foreignKeys[0]!.references.columns, wanted)
    })
  }
})

test('a foreign key between unlike types says which line of the plan file makes them alike', () => {
  const plan = planOf(`
    CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a TEXT REFERENCES p);
    INSERT INTO p VALUES (1); INSERT INTO c VALUES ('1')`)
  const remedy = plan.findings.find(({ code }) => code === 'foreign-key-not-converted')!.remedy!
  assert.match(remedy, /p: \{ columns: \{ id: \{ type: text \} \} \}/)
  const line = /`(.*)`/.exec(remedy)![1]!
  const again = planOf('CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a TEXT REFERENCES p)', {
    file: line,
  })
  assert.equal(again.what.tables.find(({ name }) => name === 'c')!.foreignKeys.length, 1)
})

test('a foreign key to a table that the user leaves out is told', () => {
  const sql = 'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a INT REFERENCES p)'
  assert.deepEqual(said(planOf(sql, { exclude: ['p'] })), ['incomplete foreign-key-not-converted c.a'])
})

test('renamed columns are renamed in keys, indexes and foreign keys', () => {
  const plan = planOf(
    'CREATE TABLE p (id INTEGER PRIMARY KEY, up INT REFERENCES p); CREATE INDEX i ON p (up DESC)',
    {
      file: 'tables: { p: { target: q, columns: { id: { target: key }, up: { target: parent } } } }',
    },
  )
  const [p] = plan.what.tables
  assert.deepEqual(p!.primaryKey!.columns, ['key'])
  assert.deepEqual(p!.indexes[0]!.parts, [{ column: 'parent', descending: true }])
  assert.deepEqual(p!.foreignKeys[0]!.references, { schema: 'public', table: 'q', columns: ['key'] })
  assert.deepEqual(p!.key, ['id'])
})
