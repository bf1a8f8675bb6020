/** What the target lost of its keys, indexes and rules is found and named, one seeded loss of each kind. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ReportDocument } from '../../model/report/document.ts'
import type { Said } from './cli.ts'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()

interface Loss {
  /** Tables of the source. */
  source: string
  /** What happens in the target, and what is said of it: code and object, and a name that the message has. */
  harm: string
  found: [code: string, object: string, named: string][]
}

const LOSSES: Record<string, Loss> = {
  'a sequence set back': {
    source: `CREATE TABLE seq (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO seq VALUES (7, 'a'), (9, 'b')`,
    harm: `SELECT setval('public.seq_id_seq', 8)`,
    found: [['sequence-behind', 'seq.id', 'public.seq_id_seq']],
  },
  'a sequence that would repeat what the source gave out': {
    source: `CREATE TABLE given (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
             INSERT INTO given VALUES (1, 'a'), (40, 'b'); DELETE FROM given WHERE id = 40`,
    harm: `SELECT setval('public.given_id_seq', 5)`,
    found: [['sequence-behind', 'given.id', 'public.given_id_seq']],
  },
  'an index that is not valid': {
    source: 'CREATE TABLE invalid (a TEXT, b TEXT); CREATE INDEX invalid_a_b ON invalid (a, b)',
    harm: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.invalid_a_b'::regclass`,
    found: [['index-invalid', 'table invalid', 'invalid_a_b']],
  },
  'NOT NULL': {
    source: 'CREATE TABLE nulls (a TEXT NOT NULL, b TEXT NOT NULL)',
    harm: 'ALTER TABLE nulls ALTER COLUMN b DROP NOT NULL',
    found: [['not-null-missing', 'nulls.b', 'NULL']],
  },
  'a check': {
    source: 'CREATE TABLE checked (a INTEGER CHECK (a > 0), b INTEGER CONSTRAINT small CHECK (b < 100))',
    harm: 'ALTER TABLE checked DROP CONSTRAINT small',
    found: [['check-missing', 'table checked', 'small']],
  },
  'a check that says less': {
    source: `CREATE TABLE loose (a TEXT CONSTRAINT kinds CHECK (a IN ('x', 'y')))`,
    harm: `ALTER TABLE loose DROP CONSTRAINT kinds, ADD CONSTRAINT kinds CHECK (a IN ('x', 'y', 'z'))`,
    found: [['check-differs', 'loose.a', 'kinds']],
  },
  'a primary key': {
    source: 'CREATE TABLE keyed (a TEXT, b INTEGER, PRIMARY KEY (b, a))',
    harm: 'ALTER TABLE keyed DROP CONSTRAINT keyed_pkey',
    found: [['primary-key-missing', 'table keyed', 'keyed_pkey']],
  },
  'a unique constraint': {
    source: 'CREATE TABLE uniques (a TEXT UNIQUE, b TEXT UNIQUE, c TEXT, UNIQUE (c, a))',
    harm: 'ALTER TABLE uniques DROP CONSTRAINT uniques_b_key',
    found: [['unique-missing', 'uniques.b', 'uniques_b_key']],
  },
  'a unique index that ignores case': {
    source: 'CREATE TABLE folded (a TEXT UNIQUE COLLATE NOCASE)',
    harm: 'DROP INDEX folded_a_key',
    found: [['unique-missing', 'table folded', 'folded_a_key']],
  },
  'defaults, lost and changed': {
    source: `CREATE TABLE defaults (a INTEGER DEFAULT 1, b TEXT DEFAULT 'x', c TEXT DEFAULT 'a ')`,
    harm: `ALTER TABLE defaults ALTER COLUMN b DROP DEFAULT, ALTER COLUMN c SET DEFAULT 'a'`,
    found: [
      ['default-missing', 'defaults.b', 'default'],
      ['default-differs', 'defaults.c', 'default'],
    ],
  },
  'what numbers rows': {
    source: 'CREATE TABLE numbered (id INTEGER PRIMARY KEY, a TEXT)',
    harm: 'ALTER TABLE numbered ALTER COLUMN id DROP IDENTITY',
    found: [['identity-missing', 'numbered.id', 'number']],
  },
  'a generated column': {
    source: 'CREATE TABLE computed (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1) STORED)',
    harm: 'ALTER TABLE computed ALTER COLUMN b DROP EXPRESSION',
    found: [['generated-missing', 'computed.b', 'compute']],
  },
  'an index, beside one that serves the same': {
    source:
      'CREATE TABLE indexed (a TEXT UNIQUE, b TEXT); CREATE INDEX indexed_a ON indexed (a); CREATE INDEX indexed_b ON indexed (b)',
    harm: 'DROP INDEX indexed_a',
    found: [['index-missing', 'indexed.a', 'indexed_a']],
  },
  'the condition of a partial index': {
    source: 'CREATE TABLE partial (a INTEGER, b TEXT); CREATE INDEX partial_b ON partial (b) WHERE a > 5',
    harm: 'DROP INDEX partial_b; CREATE INDEX partial_b ON partial (b) WHERE a > 6',
    found: [['index-differs', 'partial.b', 'partial_b']],
  },
  'the order of an index': {
    source: 'CREATE TABLE sorted (a INTEGER, b TEXT); CREATE INDEX sorted_a_b ON sorted (a, b DESC)',
    harm: 'DROP INDEX sorted_a_b; CREATE INDEX sorted_a_b ON sorted (a, b)',
    found: [['index-differs', 'table sorted', 'sorted_a_b']],
  },
  'foreign keys, lost, with another action, and not checked': {
    source: `CREATE TABLE parent (id INTEGER PRIMARY KEY);
             CREATE TABLE child (a INTEGER REFERENCES parent (id), b INTEGER REFERENCES parent (id) ON DELETE CASCADE,
                                 c INTEGER REFERENCES parent (id))`,
    harm: `ALTER TABLE child DROP CONSTRAINT child_a_fkey, DROP CONSTRAINT child_b_fkey, DROP CONSTRAINT child_c_fkey,
                 ADD CONSTRAINT of_b FOREIGN KEY (b) REFERENCES parent (id),
                 ADD CONSTRAINT of_c FOREIGN KEY (c) REFERENCES parent (id) NOT VALID`,
    found: [
      ['foreign-key-missing', 'child.a', 'child_a_fkey'],
      ['foreign-key-differs', 'child.b', 'of_b'],
      ['foreign-key-not-validated', 'child.c', 'of_c'],
    ],
  },
}

const source = world.source(
  Object.values(LOSSES)
    .map(({ source }) => source)
    .join(';\n'),
)
const ends = (target: Target) => ['--from', `sqlite:${source}`, '--to', target.url]

test('what a run has made is as planned, and each loss of it is found', async () => {
  const target = await world.target()
  const copied = await world.run(['full', ...ends(target)])
  assert.equal(copied.status, 0, copied.all)
  const { schema, notChecked } = reportOf(copied)
  assert.deepEqual(schema?.differences, [])
  assert.deepEqual(schema?.notCompared, [])
  for (const { kind, expected, found } of schema?.counts ?? []) assert.equal(found, expected, kind)
  assert.deepEqual(
    notChecked.filter(line => /keys|index/i.test(line)),
    [],
  )

  const before = await objects(target)
  const unharmed = await world.run(['check', ...ends(target)])
  assert.equal(unharmed.status, 0, unharmed.all)
  assert.deepEqual(await objects(target), before, 'a comparison leaves nothing behind')

  for (const { harm } of Object.values(LOSSES)) await target.rows(harm)
  const harmed = await world.run(['check', ...ends(target)])
  assert.equal(harmed.status, 4, harmed.all)
  const wanted = Object.values(LOSSES).flatMap(({ found }) => found)
  const differences = reportOf(harmed).schema!.differences
  assert.deepEqual(
    differences.map(({ code, object }) => `${code} ${object}`).sort(),
    wanted.map(([code, object]) => `${code} ${object}`).sort(),
  )
  for (const [code, object, named] of wanted) {
    const { message, remedy } = differences.find(found => found.code === code && found.object === object)!
    assert.ok(message.includes(named), message)
    assert.ok(remedy !== undefined && remedy.length > 10, message)
    assert.ok(harmed.out.replaceAll(/\s+/g, ' ').includes(`${object}: ${message} (${code})`), message)
  }

  const accepted = wanted.map(([code, object]) => `--accept=${code}:${object}`)
  const consented = await world.run(['check', ...ends(target), ...accepted])
  assert.equal(consented.status, 0, consented.all)
  assert.doesNotMatch(consented.all, /accept-covers-nothing/)
  assert.equal(
    reportOf(consented).consents.length,
    new Set(differences.map(({ code, message }) => code + message)).size,
  )
})

test('what rows of the source forbid is no loss, and no consent beforehand covers one', async () => {
  const source = world.source(`
    CREATE TABLE parent (id INTEGER PRIMARY KEY, title TEXT);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id));
    CREATE INDEX titles ON parent (title);
    INSERT INTO parent VALUES (1, 'a'); INSERT INTO child VALUES (1, 1), (2, 9)`)
  const target = await world.target()
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const made = await world.run(['full', ...ends, '--accept', 'foreign-key-violated'])
  assert.equal(made.status, 0, made.all)
  for (const words of [[], ['--tables', 'child']]) {
    const equal = await world.run(['check', ...ends, ...words])
    assert.equal(equal.status, 0, equal.all)
  }
  await target.rows('DROP INDEX titles')
  const lost = await world.run(['check', ...ends, '--accept', 'all-listed'])
  assert.equal(lost.status, 4, lost.all)
  assert.match(lost.out, /parent\.title: the index titles on \(title\) is missing/)
  const part = await world.run(['check', ...ends, '--sample', '1'])
  assert.equal(part.status, 0, part.all)
  assert.match(reportOf(part).notChecked.join(), /only a part of the rows was read/)
})

function reportOf({ out }: Said): ReportDocument {
  const path = /(\S+)report\.md/.exec(out)![1]!
  return JSON.parse(readFileSync(`${path}report.json`, 'utf8'))
}

const objects = (target: Target) =>
  target.rows(`SELECT relnamespace::regnamespace::text, relname FROM pg_class
                WHERE relnamespace::regnamespace::text !~ '^pg_toast' ORDER BY 1, 2`)

const SHOP = `
  CREATE TABLE Customers (
    Id INTEGER PRIMARY KEY AUTOINCREMENT, Email TEXT NOT NULL UNIQUE, Joined DATETIME DEFAULT CURRENT_TIMESTAMP,
    Tier TEXT DEFAULT 'basic' CHECK (Tier IN ('basic', 'gold')), Active BOOLEAN DEFAULT 1, Score REAL DEFAULT 1.5);
  CREATE TABLE Orders (
    Id INTEGER PRIMARY KEY, CustomerId INTEGER NOT NULL REFERENCES Customers (Id) ON DELETE CASCADE,
    Total DECIMAL(10,2) CHECK (Total >= 0), Note TEXT);
  CREATE INDEX orders_by_customer ON Orders (CustomerId);
  CREATE INDEX large_orders ON Orders (Total) WHERE Total > 100;
  CREATE INDEX notes ON Orders (lower(Note));
  INSERT INTO Customers (Id, Email, Joined) VALUES (1, 'one', '2024-01-02 03:04:05'), (2, 'two', '2024-01-02 03:04:05');
  INSERT INTO Orders VALUES (1, 1, 10.5, 'n'), (2, 2, 20, 'm')`

/** As a script would have it: other names, other types that hold the same, other words for the same rules. */
const BY_HAND = `
  CREATE TABLE customers (
    id bigserial CONSTRAINT customers_key PRIMARY KEY, email varchar(200) NOT NULL, joined timestamptz DEFAULT now(),
    tier varchar(20) DEFAULT 'basic' CONSTRAINT tiers CHECK (tier = 'basic' OR tier = 'gold'),
    active boolean DEFAULT true, score double precision DEFAULT '1.5');
  CREATE UNIQUE INDEX mails ON customers (email);
  CREATE TABLE orders (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customerid bigint NOT NULL CONSTRAINT buyer REFERENCES customers ON DELETE CASCADE,
    total numeric(10,2), note text, CONSTRAINT positive CHECK (total >= 0));
  CREATE INDEX ON orders (customerid);
  CREATE INDEX ON orders (total) WHERE total > 100;
  CREATE INDEX ON orders (lower(note COLLATE "C"));
  CREATE INDEX more ON orders (note, total);
  INSERT INTO customers (id, email, joined) VALUES (1, 'one', '2024-01-02 03:04:05Z'), (2, 'two', '2024-01-02 03:04:05Z');
  INSERT INTO orders OVERRIDING SYSTEM VALUE VALUES (1, 1, 10.5, 'n'), (2, 2, 20, 'm');
  SELECT setval('customers_id_seq', 2), setval('orders_id_seq', 2)`

test('tables that somebody made by other names have what the source has, until they lose it', async () => {
  const source = world.source(SHOP)
  const target = await world.target(
    BY_HAND.replace("tier = 'basic' OR tier = 'gold'", "tier IN ('basic', 'gold')"),
  )
  const ends = ['--from', `sqlite:${source}`, '--to', target.url, '--accept', 'read-as-utc']
  const equal = await world.run(['check', ...ends])
  assert.equal(equal.status, 0, equal.all)
  const index = reportOf(equal).schema!.counts.find(({ kind }) => kind === 'index')
  assert.deepEqual(index, { kind: 'index', expected: 3, found: 4 })
  await target.rows(`ALTER TABLE customers DROP CONSTRAINT tiers, ADD CHECK (tier = 'basic' OR tier = 'gold');
    DROP INDEX mails; ALTER TABLE orders ALTER COLUMN customerid DROP NOT NULL`)
  const other = await world.run(['check', ...ends])
  assert.equal(other.status, 4, other.all)
  assert.deepEqual(
    reportOf(other)
      .schema!.differences.map(({ code, object }) => `${code} ${object}`)
      .sort(),
    ['check-differs Customers.Tier', 'not-null-missing Orders.CustomerId', 'unique-missing Customers.Email'],
  )
})
