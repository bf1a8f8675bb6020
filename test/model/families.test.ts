/** Columns that foreign keys join get types between which PostgreSQL can make the keys. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Plan } from '../../model/plan.ts'
import { showType } from '../../model/type-text.ts'
import { type Engines, startEngines } from './translate/both-engines.ts'
import { planOf, said } from './world.ts'

const typesOf = ({ what }: Plan): Record<string, string> =>
  Object.fromEntries(
    what.tables.flatMap(({ name, columns }) =>
      columns.map(column => [`${name}.${column.name}`, showType(column.type)]),
    ),
  )
const keysOf = ({ what }: Plan): number =>
  what.tables.reduce((sum, table) => sum + table.foreignKeys.length, 0)
const notes = ({ findings }: Plan): string[] =>
  findings.filter(({ code }) => code === 'type-of-family').map(({ object }) => object)

/** As PROJ declares its codes: numbers in most rows, texts in some. */
const UNITS = `
  CREATE TABLE units (auth TEXT, code INTEGER_OR_TEXT, name TEXT, PRIMARY KEY (auth, code)) WITHOUT ROWID;
  CREATE TABLE axes (id INTEGER PRIMARY KEY, unit_auth TEXT, unit_code INTEGER_OR_TEXT,
    FOREIGN KEY (unit_auth, unit_code) REFERENCES units (auth, code));
  INSERT INTO units VALUES ('E', 9001, 'metre'), ('P', 'km', 'kilometre');
  INSERT INTO axes VALUES (1, 'E', 9001), (2, NULL, NULL);`

interface Case {
  sql: string
  types: Record<string, string>
  /** Foreign keys that the plan makes. */
  keys: number
  widened: string[]
  file?: string
}

const CASES: Record<string, Case> = {
  'numbers that point to numbers and texts become texts': {
    sql: UNITS,
    types: { 'units.code': 'text', 'axes.unit_code': 'text' },
    keys: 1,
    widened: ['axes.unit_code'],
  },
  'a parent of numbers becomes text where a child holds texts that find nothing': {
    sql: `PRAGMA foreign_keys = OFF; CREATE TABLE p (code INT NOT NULL UNIQUE); CREATE TABLE c (code INT REFERENCES p (code));
      INSERT INTO p VALUES (1); INSERT INTO c VALUES (1), ('x');`,
    types: { 'p.code': 'text', 'c.code': 'text' },
    keys: 1,
    widened: ['p.code'],
  },
  'by way of others, in a circle and to itself': {
    sql: `PRAGMA foreign_keys = OFF; CREATE TABLE a (k INT UNIQUE REFERENCES b (k), up INT REFERENCES a (k));
      CREATE TABLE b (k INT UNIQUE REFERENCES c (k)); CREATE TABLE c (k INT UNIQUE REFERENCES a (k));
      INSERT INTO a VALUES (1, NULL), ('x', 1); INSERT INTO b VALUES (1), ('x'); INSERT INTO c VALUES (1);
      INSERT INTO c VALUES ('x'); INSERT INTO a VALUES (2, 'x'); INSERT INTO b VALUES (2); INSERT INTO c VALUES (2);
      CREATE TABLE far (k INT REFERENCES b (k)); INSERT INTO far VALUES (2);`,
    types: { 'a.k': 'text', 'a.up': 'text', 'b.k': 'text', 'c.k': 'text', 'far.k': 'text' },
    keys: 5,
    widened: ['far.k'],
  },
  'whole numbers and fractions become numeric': {
    sql: `CREATE TABLE p (k NUMERIC UNIQUE); CREATE TABLE c (k INT REFERENCES p (k)); CREATE TABLE d (k INT UNIQUE);
      CREATE TABLE e (k NUMERIC(6,2) REFERENCES d (k));
      INSERT INTO p VALUES (1), (2.5); INSERT INTO c VALUES (1); INSERT INTO d VALUES (1); INSERT INTO e VALUES (1);`,
    types: { 'p.k': 'numeric', 'c.k': 'bigint', 'd.k': 'numeric', 'e.k': 'numeric(6,2)' },
    keys: 2,
    widened: ['d.k'],
  },
  'truths that point to numbers become numbers': {
    sql: `CREATE TABLE p (k INTEGER PRIMARY KEY); CREATE TABLE c (k BOOLEAN REFERENCES p (k));
      INSERT INTO p VALUES (0), (1), (2); INSERT INTO c VALUES (0), (1);`,
    types: { 'p.k': 'bigint', 'c.k': 'bigint' },
    keys: 1,
    widened: ['c.k'],
  },
  'a decimal that points to a row number becomes a whole number': {
    sql: `CREATE TABLE p (k INTEGER PRIMARY KEY); CREATE TABLE c (k NUMBER REFERENCES p);
      INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);`,
    types: { 'p.k': 'bigint', 'c.k': 'bigint' },
    keys: 1,
    widened: ['c.k'],
  },
  'a row number stays one, whatever points to it': {
    sql: `CREATE TABLE p (k INTEGER PRIMARY KEY); CREATE TABLE c (k TEXT REFERENCES p);
      INSERT INTO p VALUES (1); INSERT INTO c VALUES ('1');`,
    types: { 'p.k': 'bigint', 'c.k': 'text' },
    keys: 0,
    widened: [],
  },
  'nor does a text without values become a number': {
    sql: 'CREATE TABLE p (k INTEGER PRIMARY KEY); CREATE TABLE c (k TEXT REFERENCES p);',
    types: { 'p.k': 'bigint', 'c.k': 'text' },
    keys: 0,
    widened: [],
  },
  'texts that SQLite turns into numbers to compare them stay apart': {
    sql: `CREATE TABLE p (k INT UNIQUE); CREATE TABLE c (k TEXT REFERENCES p (k));
      INSERT INTO p VALUES (1); INSERT INTO c VALUES ('01');`,
    types: { 'p.k': 'bigint', 'c.k': 'text' },
    keys: 0,
    widened: [],
  },
  'what the plan file says stays, and others follow it': {
    sql: UNITS,
    file: 'tables: { axes: { columns: { unit_code: { type: bigint } } } }',
    types: { 'units.code': 'text', 'axes.unit_code': 'bigint' },
    keys: 0,
    widened: [],
  },
  'a column follows the type that the plan file gives another': {
    sql: `CREATE TABLE p (k INT UNIQUE); CREATE TABLE c (k INT REFERENCES p (k));
      INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);`,
    file: 'tables: { p: { columns: { k: { type: text } } } }',
    types: { 'p.k': 'text', 'c.k': 'text' },
    keys: 1,
    widened: ['c.k'],
  },
  'blobs and numbers have no type in common': {
    sql: `CREATE TABLE p (k BLOB UNIQUE); CREATE TABLE c (k INT REFERENCES p (k)); INSERT INTO p VALUES (x'01');
      INSERT INTO c VALUES (NULL);`,
    types: { 'p.k': 'bytea', 'c.k': 'bigint' },
    keys: 0,
    widened: [],
  },
}

for (const [what, { sql, types, keys, widened, file }] of Object.entries(CASES))
  test(what, () => {
    const plan = planOf(sql, { accept: ['all-listed'], ...(file !== undefined && { file }) })
    const found = typesOf(plan)
    assert.deepEqual(Object.fromEntries(Object.keys(types).map(name => [name, found[name]])), types)
    assert.equal(keysOf(plan), keys)
    assert.deepEqual(notes(plan), widened)
  })

test('declared types are left alone', () => {
  const plan = planOf(UNITS, { types: 'declared' })
  assert.deepEqual(notes(plan), [])
})

test('a table that is left out joins nothing', () => {
  const plan = planOf(UNITS, { exclude: ['units'] })
  assert.equal(typesOf(plan)['axes.unit_code'], 'bigint')
  assert.deepEqual(notes(plan), [])
})

test('types and findings do not hang on the order of the tables', () => {
  const [first, second] = UNITS.split(/(?=CREATE TABLE axes)/) as [string, string]
  const [axes, rows] = second.split(/(?=\n {2}INSERT)/) as [string, string]
  const one = planOf(UNITS)
  const other = planOf(`${axes} ${first} ${rows}${second.slice(axes.length + rows.length)}`)
  assert.deepEqual(typesOf(other), typesOf(one))
  assert.deepEqual(said(other, true).toSorted(), said(one, true).toSorted())
})

suite('in PostgreSQL', () => {
  let engines: Engines
  before(async () => {
    engines = await startEngines()
  })
  after(() => engines?.stop())

  test('the keys of a family are made and hold', async () => {
    const both = await engines.move(UNITS)
    await both.run("INSERT INTO axes VALUES (3, 'P', 'km'), (4, 'E', '9001')")
    await both.run("INSERT INTO axes VALUES (5, 'E', 7)", /foreign key constraint/i)
    await both.run("DELETE FROM units WHERE code = 'km'", /foreign key constraint/i)
    both.close()
  })
})
