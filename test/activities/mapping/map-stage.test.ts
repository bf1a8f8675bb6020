/** Rows of a stage become rows of the target's tables: none is lost, none comes twice, and each that is left out is counted. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifySync } from '@node-rs/bcrypt'
import fc from 'fast-check'
import { declaredType } from '../../../model/declared-type.ts'
import { Failure } from '../../../model/failure.ts'
import { showPreview } from '../../../model/mapping/show-preview.ts'
import { stageAgain } from '../../../stores/stage/again.ts'
import { scene } from './mapped.ts'

const DOCUMENTS = `
  CREATE TABLE documents (doc_id, title, status, tags, changed);
  INSERT INTO documents VALUES
    ('D-1', 'Old', 'DRAFT', '[{"tag":"a"},{"tag":"b"}]', '09.02.2024'),
    ('D-1', 'New', 'DRAFT', '[]', '10.01.2025'),
    ('D-2', '', 'DRAFT', NULL, '01.01.2024'),
    ('D-3', 'Three', 'DELETED', 'none', '01.01.2024'),
    ('D-4', 'Four', 'REVIEW', '{"tag":"c"}', '01.01.2024');`

const TARGET = `
  CREATE TABLE documents (id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, title TEXT NOT NULL, status TEXT NOT NULL);
  CREATE TABLE versions (document_id INTEGER NOT NULL REFERENCES documents (id), version INTEGER NOT NULL, at DATE);
  INSERT INTO documents VALUES (40, 'OLD', 'There', 'Draft');`

const MAPPING = `
  versions:
    from: documents
    with: documents
    columns:
      document_id: { of: documents, column: id }
      version: { constant: 1 }
      at: { from: changed, date: DD.MM.YYYY }
  documents:
    from: documents
    where: 'status != "DELETED"'
    dedupe: { on: [doc_id], keep: last, by: changed }
    columns:
      id: { generate: true }
      number: doc_id
      title: { from: title, required: true }
      status: { from: status, values: { DRAFT: Draft, REVIEW: Under Review } }
    drop: [tags]`

test('one row goes to two tables, with the number of the target carried over', async () => {
  using here = scene(DOCUMENTS, TARGET)
  const { tables, findings } = await here.map(MAPPING)
  assert.deepEqual(here.image('SELECT * FROM documents'), [
    { id: 41, number: 'D-1', title: 'New', status: 'Draft' },
    { id: 42, number: 'D-4', title: 'Four', status: 'Under Review' },
  ])
  assert.deepEqual(here.image('SELECT * FROM versions'), [
    { document_id: 41, version: 1, at: '2025-01-10' },
    { document_id: 42, version: 1, at: '2024-01-01' },
  ])
  const counts = { read: 5, filtered: 1, duplicates: 1, rejected: 1, written: 2 }
  assert.deepEqual(tables, [
    { table: 'documents', ...counts },
    { table: 'versions', ...counts },
  ])
  assert.deepEqual(
    findings.map(({ code, object }) => [code, object]),
    [
      ['duplicates', 'table documents'],
      ['rows-filtered', 'table documents'],
      ['duplicates', 'table versions'],
      ['rows-filtered', 'table versions'],
    ],
  )
  assert.deepEqual(here.rejected(), [
    { table: 'documents', key: 'doc_id = D-2', rule: 'required', reason: 'title has no value' },
    {
      table: 'versions',
      key: 'doc_id = D-2',
      rule: 'parent-rejected',
      reason: 'the row that it goes with was rejected',
    },
  ])
})

test('rows that are taken again go where they have not gone before, and nowhere twice', async () => {
  const mapping = (title: string, content: string) => `
    documents:
      from: documents
      columns: { id: { generate: true }, number: doc_id, title: ${title}, status: { constant: Draft } }
      drop: [content]
    versions:
      from: documents
      with: documents
      columns: { document_id: { of: documents, column: id }, version: { constant: 1 }, at: ${content} }
      drop: [doc_id, title]
    others:
      from: { select: 'SELECT doc_id FROM documents' }
      columns: { doc: doc_id }`
  const target = `${TARGET}; CREATE TABLE others (doc TEXT)`
  using first = scene(
    `CREATE TABLE documents (doc_id TEXT, title TEXT, content TEXT);
     INSERT INTO documents VALUES ('D-1', 'One', NULL), ('D-2', NULL, '2024-02-02'), ('D-3', 'Three', '2024-03-03')`,
    target,
  )
  await first.map(mapping('{ from: title, required: true }', '{ from: content, required: true }'))
  assert.deepEqual(
    first.rejected().map(({ table, key, rule }) => [table, key, rule]),
    [
      ['documents', 'doc_id = D-2', 'required'],
      ['versions', 'doc_id = D-1', 'required'],
      ['versions', 'doc_id = D-2', 'parent-rejected'],
    ],
  )
  using again = scene('', target)
  const [stage, earlier] = [again, first].map(({ folder }) => join(folder, 'stage.db')) as [string, string]
  rmSync(stage)
  stageAgain({ stage, earlier, mapped: ['documents'] })
  await again.map(mapping('{ from: title, default: Untitled }', '{ from: content, default: 2020-01-01 }'))
  assert.deepEqual(again.image('SELECT number, title FROM documents'), [{ number: 'D-2', title: 'Untitled' }])
  assert.deepEqual(again.image('SELECT at FROM versions'), [{ at: '2024-02-02' }])
  assert.deepEqual(again.image('SELECT * FROM others'), [])
  assert.deepEqual(
    again.rejected().map(({ table, key, rule }) => [table, key, rule]),
    [['versions', 'doc_id = D-1', 'parent-written']],
  )
})

test('rows that are taken again are not made a second time by an entry that has made them before', async () => {
  const mapping = (email: string) => `
    contacts:
      - { from: users, columns: { name: name, value: ${email} } }
      - { from: users, columns: { name: name, value: phone } }`
  const target = 'CREATE TABLE contacts (name TEXT, value TEXT)'
  using first = scene(
    `CREATE TABLE users (name TEXT, email TEXT, phone TEXT); INSERT INTO users VALUES ('Ann', NULL, '1'), ('Bob', 'b@x', '2')`,
    target,
  )
  await first.map(mapping('{ from: email, required: true }'))
  assert.equal(first.rejected().length, 1)
  using again = scene('', target)
  const [stage, earlier] = [again, first].map(({ folder }) => join(folder, 'stage.db')) as [string, string]
  rmSync(stage)
  stageAgain({ stage, earlier, mapped: ['users'] })
  await again.map(mapping('{ from: email, default: none }'))
  assert.deepEqual(again.image('SELECT name, value FROM contacts'), [{ name: 'Ann', value: 'none' }])
})

test('children find a parent whose number no double has, and a document that is a number keeps its digits', async () => {
  using here = scene(
    `CREATE TABLE s (id INTEGER, doc TEXT); INSERT INTO s VALUES (9007199254740993, '12345678901234567890'), (2, '1.10')`,
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER)',
  )
  await here.map(`
  p: { from: s, columns: { id: id }, drop: [doc] }
  c: { from: s, with: p, columns: { p: { of: p, column: id } }, drop: [doc] }
  d: { from: s, columns: { doc: { from: doc, cast: json } }, drop: [id] }`)
  assert.deepEqual(here.rejected(), [])
  assert.deepEqual(here.image('SELECT CAST(p AS TEXT) AS p FROM c ORDER BY 1 DESC'), [
    { p: '9007199254740993' },
    { p: '2' },
  ])
  assert.deepEqual(here.image('SELECT doc FROM d'), [{ doc: '12345678901234567890' }, { doc: '1.10' }])
  const [{ type }] = here.image(`SELECT type FROM pragma_table_info('d')`) as [{ type: string }]
  assert.deepEqual(declaredType(type), { kind: 'json', binary: true })
})

test('a file that is read may have columns that come late, and tables be called as what every object has', async () => {
  using here = scene(
    'CREATE TABLE other (x)',
    `CREATE TABLE constructor ("valueOf" TEXT); INSERT INTO constructor VALUES ('late');
     CREATE TABLE t (a INTEGER, b TEXT REFERENCES constructor ("valueOf"))`,
  )
  const file = join(here.beside, 'late.json')
  const all = Array.from({ length: 20_000 }, (_, a) => (a < 19_999 ? { a } : { a, b: 'late' }))
  writeFileSync(file, JSON.stringify(all))
  await here.map(`  t: { from: { file: ${file} }, columns: { a: a, b: b } }`)
  assert.deepEqual(here.rejected(), [])
  assert.deepEqual(here.image('SELECT * FROM t WHERE a > 19997'), [
    { a: 19_998, b: null },
    { a: 19_999, b: 'late' },
  ])
})

test('a preview shows the first rows before and after, and no password', async () => {
  using here = scene(DOCUMENTS, TARGET)
  await here.map(
    `${MAPPING.replace('title: { from: title, required: true }', 'title: { password: { cost: 4 } }')}
    key: [doc_id, title]`.replace('drop: [tags]', 'drop: [tags, title]'),
    { preview: 3, mode: 'preflight' },
  )
  const preview = here.artifact('preview') as Parameters<typeof showPreview>[0]
  const [documents] = preview.tables
  assert.deepEqual(documents!.rows[1], {
    key: 'doc_id = D-1, title = New',
    before: { doc_id: 'D-1', title: 'New', status: 'DRAFT', tags: '[]', changed: '10.01.2025' },
    after: { id: '41', number: 'D-1', title: '****', status: 'Draft' },
  })
  assert.deepEqual(
    documents!.rows.map(({ left, after }) => left ?? (after ? 'taken' : 'rejected')),
    ['duplicate', 'taken', 'taken'],
  )
  const shown = showPreview(preview)
  assert.match(shown, /documents ← documents \(3 rows\)/)
  assert.match(shown, /tags: \[\] +status: Draft/)
  assert.ok(shown.split('\n').every(line => line.length <= 100))
  assert.deepEqual(here.passwords(), [])
})

test('elements of JSON become rows of their own', async () => {
  using here = scene(DOCUMENTS, 'CREATE TABLE tags (document TEXT, tag TEXT NOT NULL)')
  const { tables } = await here.map(`
  tags:
    from: documents
    each: tags
    columns: { document: doc_id, tag: element.tag }
    drop: [title, status, changed]`)
  assert.deepEqual(here.image('SELECT document, tag FROM tags'), [
    { document: 'D-1', tag: 'a' },
    { document: 'D-1', tag: 'b' },
    { document: 'D-4', tag: 'c' },
  ])
  assert.deepEqual(tables, [{ table: 'tags', read: 4, filtered: 0, duplicates: 0, rejected: 1, written: 3 }])
  assert.deepEqual(
    here.rejected().map(({ key, rule }) => [key, rule]),
    [['doc_id = D-3', 'json']],
  )
})

test('values are looked up in a table of this run, in the target, in the source and in a file, one after the other', async () => {
  using here = scene(
    `CREATE TABLE people (old, login); INSERT INTO people VALUES (7, 'jane'), (8, 'bob'), (9, 'eve'), (9, 'adam');
     CREATE TABLE notes (no INTEGER, by); INSERT INTO notes VALUES (1, '7'), (2, 8.0), (3, 9), (4, 10), (5, NULL);`,
    `CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE);
     INSERT INTO users VALUES (3, 'bob');
     CREATE TABLE notes (no INTEGER, user_id INTEGER REFERENCES users (id), colour TEXT)`,
  )
  writeFileSync(join(here.beside, 'colours.csv'), 'no,colour\n1,red\n2,blue\n')
  const { findings } = await here.map(`
  notes:
    from: notes
    columns:
      no: no
      user_id:
        from: by
        lookup: [{ in: { source: people }, match: old, give: login }, { in: users, match: login, give: id }]
      colour: { from: no, lookup: { in: { file: ${join(here.beside, 'colours.csv')} }, match: no, give: colour }, otherwise: none }
  users:
    from: { select: "SELECT old, login FROM people WHERE login <> 'bob' AND old < 9;" }
    columns: { id: { generate: true }, login: login }
    drop: [old]`)
  assert.deepEqual(findings, [])
  assert.deepEqual(here.image('SELECT * FROM notes'), [
    { no: 1, user_id: 4, colour: 'red' },
    { no: 2, user_id: 3, colour: 'blue' },
    { no: 5, user_id: null, colour: 'none' },
  ])
  assert.deepEqual(
    here.rejected().map(({ key, rule }) => [key, rule]),
    [
      ['no = 3', 'ambiguous-match'],
      ['no = 4', 'no-match'],
    ],
  )
})

test('rows that would break a key of the target are found before the copy', async () => {
  using here = scene(
    `CREATE TABLE a (n, parent); INSERT INTO a VALUES ('x', 1), ('x', 2), ('y', 1), ('z', 5);
     CREATE TABLE b (n, parent); INSERT INTO b VALUES ('y', 1), ('w', NULL);
     CREATE TABLE c (other);`,
    `CREATE TABLE parents (id INTEGER PRIMARY KEY); INSERT INTO parents VALUES (1), (2);
     CREATE TABLE t (n TEXT UNIQUE, parent INTEGER REFERENCES parents (id))`,
  )
  const { tables, findings } = await here.map(`
  t:
    - { from: a, columns: { n: n, parent: parent } }
    - { from: b, columns: { n: n, parent: parent } }`)
  assert.deepEqual(here.image('SELECT * FROM t'), [
    { n: 'x', parent: 1 },
    { n: 'y', parent: 1 },
    { n: 'w', parent: null },
  ])
  assert.deepEqual(
    here.rejected().map(({ key, rule }) => [key, rule]),
    [
      ['n = x', 'duplicate'],
      ['n = z', 'no-parent'],
      ['n = y', 'duplicate'],
    ],
  )
  assert.deepEqual(tables, [{ table: 't', read: 6, filtered: 0, duplicates: 0, rejected: 3, written: 3 }])
  assert.deepEqual(
    findings.map(({ code, object }) => [code, object]),
    [['table-not-mapped', 'table c']],
  )
})

test('several tables, a file and a query are sources like any other; a salt stands outside of the plan', async () => {
  using here = scene(
    `CREATE TABLE a (n, mail); INSERT INTO a VALUES (1, 'x@y'), (2, NULL);
     CREATE TABLE b (n, mail); INSERT INTO b VALUES (3, 'z');`,
    { kind: 'files', format: 'csv', path: 'none', host: 'here', options: {} },
  )
  writeFileSync(join(here.beside, 'more.csv'), 'n;mail\n7;"q;r"\n')
  process.env.LONGHAUL_TEST_SALT = 'salt'
  const columns =
    'columns: { no: { from: n, cast: integer }, mail: { from: mail, hash: { algorithm: sha256, salt: { env: LONGHAUL_TEST_SALT } } } }'
  await here.map(`
  people:
    - { from: [a, b], ${columns} }
    - { from: { file: ${join(here.beside, 'more.csv')} }, ${columns} }
    - { from: { select: 'SELECT n * 10 AS n, mail FROM b' }, ${columns} }`)
  const hash = (mail: string) => createHash('sha256').update(`salt${mail}`).digest('hex')
  assert.deepEqual(here.image('SELECT * FROM people'), [
    { no: 1, mail: hash('x@y') },
    { no: 2, mail: null },
    { no: 3, mail: hash('z') },
    { no: 7, mail: hash('q;r') },
    { no: 30, mail: hash('z') },
  ])
  delete process.env.LONGHAUL_TEST_SALT
  using salted = scene('CREATE TABLE a (n, mail); INSERT INTO a VALUES (1, 1)', 'CREATE TABLE other (x)')
  await assert.rejects(
    salted.map(`  people: { from: a, ${columns} }`),
    /the salt of a hash is not there: .*LONGHAUL_TEST_SALT/,
  )
})

test('a text that is no UTF-8 is not written as another', async () => {
  using here = scene(
    `CREATE TABLE s (n INTEGER, a); INSERT INTO s VALUES (1, CAST(x'61ff' AS TEXT)), (2, 'a\uFFFD'), (3, 'ä');`,
    'CREATE TABLE t (n INTEGER, a TEXT)',
  )
  await here.map('  t: { from: s, columns: { n: n, a: a } }')
  assert.deepEqual(here.image('SELECT * FROM t'), [
    { n: 2, a: 'a\uFFFD' },
    { n: 3, a: 'ä' },
  ])
  assert.deepEqual(
    here.rejected().map(({ key, rule }) => [key, rule]),
    [['n = 1', 'encoding']],
  )
})

test('a mapping that does not fit is refused with its lines before a row is mapped', async () => {
  using here = scene(DOCUMENTS, TARGET)
  await assert.rejects(here.map('  documents: { from: documents, columns: { numbr: doc_id } }'), error => {
    assert.ok(error instanceof Failure)
    assert.equal(error.code, 'usage')
    assert.match(
      error.message,
      /plan\.yaml:3:\d+ mapping\.documents\.columns\.numbr: .*Did you mean number\?/,
    )
    assert.match(error.message, /the column tags of the source goes nowhere/)
    return true
  })
})

test('stopped and begun again, each row has one password, and the list opens every door', async () => {
  const people = Array.from({ length: 130 }, (_, i) => `('user${i}')`).join(', ')
  using here = scene(
    `CREATE TABLE people (login); INSERT INTO people VALUES ${people}, ('user5'), (NULL);`,
    'CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, hash TEXT NOT NULL)',
  )
  const mapping = `
  users:
    from: people
    columns: { id: { generate: true }, login: login, hash: { password: { length: 12, hash: bcrypt, cost: 4 } } }`
  await assert.rejects(here.map(mapping, { stopAfter: 2 }))
  const before = here.image('SELECT login, hash FROM users') as { login: string; hash: string }[]
  assert.equal(before.length, 128)
  const { tables } = await here.map(mapping)
  assert.deepEqual(tables, [
    { table: 'users', read: 132, filtered: 0, duplicates: 0, rejected: 2, written: 130 },
  ])
  const after = here.image('SELECT id, login, hash FROM users ORDER BY id') as {
    id: number
    login: string
    hash: string
  }[]
  assert.deepEqual(
    after.slice(0, 128).map(({ login, hash }) => ({ login, hash })),
    before,
  )
  assert.deepEqual(
    after.map(({ id }) => id),
    Array.from({ length: 130 }, (_, i) => i + 1),
  )
  const list = here.passwords()
  assert.equal(list.length, 130)
  assert.equal(statSync(join(here.folder, 'passwords.csv')).mode & 0o777, 0o600)
  for (const [i, [row, password]] of list.entries()) {
    assert.equal(row, `login = ${after[i]!.login}`)
    assert.ok(i % 40 > 0 || verifySync(password!, after[i]!.hash))
  }
  assert.deepEqual(await here.map(mapping), { tables, findings: [] })
  assert.deepEqual(here.passwords(), list)
})

test('read is filtered, duplicates, rejected and written together, whatever the rows are', async () => {
  const cell = fc.constantFrom("'a'", "'b'", "''", 'NULL', '1', '2.5', "'3'", "'x'")
  const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(rows, async all => {
      using here = scene(
        `CREATE TABLE s (k, v, w); INSERT INTO s VALUES ${all.map(row => `(${row.join(', ')})`).join(', ')};`,
        'CREATE TABLE t (k TEXT UNIQUE, v INTEGER NOT NULL); CREATE TABLE u (k TEXT, w TEXT)',
      )
      const { tables } = await here.map(`
  t:
    from: s
    where: 'w != "x"'
    dedupe: { on: [k, v], keep: first, by: w }
    columns: { k: k, v: { from: v, values: { a: 1, b: 2, 1: 3, 3: 4 } } }
    drop: [w]
  u:
    from: s
    with: t
    columns: { k: k, w: { from: w, required: true } }
    drop: [v]`)
      for (const { table, read, filtered, duplicates, rejected, written } of tables) {
        assert.equal(read, all.length)
        assert.equal(filtered + duplicates + rejected + written, read, table)
        assert.equal(here.rejected().filter(row => row.table === table).length, rejected)
        assert.deepEqual(here.image(`SELECT count(*) AS n FROM ${table}`), [{ n: written }])
      }
    }),
    { numRuns: 6 },
  )
})
