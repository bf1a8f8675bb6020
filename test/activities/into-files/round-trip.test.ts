/** Every format gives back what was written into it: rows, storage classes, definitions. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { FileFormat, FileOptions } from '../../../model/files/options.ts'
import { stageFiles } from '../../../stores/stage/files.ts'
import { copiedImage, typedImage } from '../../../stores/stage/image.ts'
import { begin, end, exporting, never, silent } from './exporting.ts'

const TABLES = ['odd', 'keyed', 'Order Lines', 'search', 'counted']

const HOSTILE = `
  CREATE TABLE odd (a, b BLOB, c TEXT, d INTEGER, e REAL, f NUMERIC, g BOOLEAN, h DATE, "i ""j" VARCHAR(9));
  INSERT INTO odd VALUES
    (1, x'00ff', '', 9007199254740993, 1, '0.10', 1, '2024-02-29', '007'),
    (1.0, x'', '=1+1', -9223372036854775808, -0.0, 12345678901234567890, 0, 'no date', char(0) || 'z'),
    ('1', 'text', char(13, 10) || '"quoted", ;', 'text', 9e999, 1e300, 'true', NULL, ' blank '),
    (x'6162', NULL, '\\N', 1.5, 'text', x'01', NULL, 20240229, '@x'),
    (NULL, 2, 'NULL', x'05', x'06', 0.1, 2, '0000-00-00', '''apostrophe'),
    ('_x000D_', 3.0, '{"$bytes":"00"}', 0, 5e-324, 3.0, '', '1900-02-29', '☃ 𝄞 ü'),
    (9223372036854775807, '\\x00', '1e5', 1e18, 1e15, '1e400', 'f', '1899-12-31', char(9) || 'tab');
  INSERT INTO odd (c) VALUES (hex(zeroblob(20000)));
  CREATE TABLE keyed (k TEXT COLLATE NOCASE, n INTEGER, twice INTEGER AS (n * 2) STORED, PRIMARY KEY (k, n)) WITHOUT ROWID;
  INSERT INTO keyed VALUES ('a', 1), ('B', 2), ('b', 3);
  CREATE TABLE "Order Lines" (id INTEGER PRIMARY KEY AUTOINCREMENT, of INTEGER REFERENCES "Order Lines" (id), note TEXT CHECK (note <> 'x'));
  INSERT INTO "Order Lines" (of, note) VALUES (NULL, 'one'), (1, NULL), (2, 'gone');
  DELETE FROM "Order Lines" WHERE note = 'gone';
  CREATE TABLE counted (only INTEGER);
  CREATE VIRTUAL TABLE search USING fts5(body, kind UNINDEXED);
  INSERT INTO search VALUES ('hello world', 'k'), ('', NULL);
  CREATE UNIQUE INDEX by_note ON "Order Lines" (note DESC) WHERE note IS NOT NULL;
  CREATE VIEW ones AS SELECT * FROM "Order Lines" WHERE of = 1;
  CREATE TRIGGER heard AFTER INSERT ON counted BEGIN DELETE FROM odd; END;`

const WAYS: { format: FileFormat; to: string; options?: FileOptions }[] = [
  { format: 'csv', to: 'csv' },
  {
    format: 'csv',
    to: 'other',
    options: { delimiter: ';', encoding: 'utf-16le', null: '\\N', escapeFormulas: true },
  },
  { format: 'json', to: 'all.json' },
  { format: 'json', to: 'arrays' },
  { format: 'jsonl', to: 'lines' },
  { format: 'xlsx', to: 'book.xlsx' },
  { format: 'xlsx', to: 'books' },
  { format: 'sql', to: 'dump.sql' },
]

/** Definitions and rows of all tables, with storage classes. */
function contentOf(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    const all = (sql: string) => db.prepare(sql).raw().safeIntegers().all()
    const schema = all(`SELECT type, name, sql FROM sqlite_schema
                         WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'search\\_%' ESCAPE '\\' ORDER BY 1, 2`)
    const rows = TABLES.map(name => [
      name,
      all(`SELECT * FROM "${name}" ORDER BY rowid IS NULL`.replace('rowid IS NULL', '1')),
    ])
    return { schema, rows, last: all('SELECT name, seq FROM sqlite_sequence') }
  } finally {
    db.close()
  }
}

for (const way of WAYS)
  test(`what is exported to ${way.format}:${way.to} comes back as it was`, async t => {
    const world = exporting(t)
    const source = world.source(HOSTILE)
    const place = await begin(world, { source, ...way })
    const { written, lines, results } = await end(world, place, TABLES)
    assert.deepEqual([written.more, written.failed, lines], [false, 0, []])
    assert.deepEqual(
      results.map(({ name, verdict, counted, error }) => [name, verdict, counted, error]),
      results.map(({ name, expected }) => [name, 'equal', expected, undefined]),
    )
    assert.equal(results.length, TABLES.length)
    const [stage, image] = [join(world.folder, 'stage.db'), join(world.folder, 'image.db')]
    await stageFiles({ stage, source: place.target }, silent, never)
    if (way.format === 'sql') copiedImage({ stage, image })
    else assert.deepEqual(typedImage({ stage, image, wishes: {} }, silent, never), [])
    assert.deepEqual(contentOf(image), contentOf(source))
  })
