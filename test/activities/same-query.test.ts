/** The same query on both engines: equal rows in whatever order, by the types that the target's gives. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Client } from 'pg'
import { compareQueries } from '../../activities/same-query.ts'
import { ViewReader } from '../../stores/sqlite/views.ts'
import { database } from '../stores/sqlite/files.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { session } from '../support/session.ts'

let postgres: ScratchPostgres
let client: Client

before(async () => {
  postgres = await startPostgres()
  client = await session(postgres.url)
  await client.query(`
    CREATE SCHEMA "my ""app";
    SET search_path = "my ""app";
    CREATE TABLE files (id bigint, node text, size bigint, price numeric(10, 2), score float8, deleted boolean, made timestamp, day date, data jsonb);
    INSERT INTO files VALUES (1, 'a', 10, 1.50, 0.1, false, '2024-01-01 10:00:00', '2024-01-01', '{"a": 1.0, "b": [true]}'),
      (2, 'b', 20, 2.25, 0.2, true, NULL, NULL, NULL), (3, 'a', 25, NULL, 0.3, false, '2024-02-29 23:59:59.5', '2024-02-29', 'null');
    SET search_path = pg_catalog`)
})

after(async () => {
  await client.end()
  await postgres.stop()
})

const FILES = `
  CREATE TABLE files (id INTEGER, node TEXT, size INT, price DECIMAL(10, 2), score REAL, deleted BOOLEAN, made TIMESTAMP, day DATE, data TEXT);
  INSERT INTO files VALUES (1, 'a', 10, 1.5, 0.1, 0, '2024-01-01T10:00:00', '2024-01-01', '{"b":[true],"a":1}'),
    (2, 'b', 20, 2.25, 0.2, 1, NULL, NULL, NULL), (3, 'a', 25, NULL, 0.3, 0, '2024-02-29 23:59:59.500', '2024-02-29', ' null ');`

const CASES: [source: string, target: string, verdict: string][] = [
  // As guide books have them: counts by table, distributions.
  [
    "SELECT 'files' AS table_name, COUNT(*) AS row_count FROM files UNION ALL SELECT 'none', COUNT(*) FROM files WHERE id > 9;",
    '',
    'holds',
  ],
  ['SELECT node, COUNT(*) FROM files WHERE deleted = FALSE GROUP BY node', '', 'holds'],
  ['SELECT * FROM files', 'SELECT * FROM files ORDER BY id DESC', 'holds'],
  ['SELECT id, made, day, data, deleted FROM files -- all of it', '', 'holds'],
  ['SELECT sum(size), avg(size), sum(price), avg(price), max(made), min(day) FROM files', '', 'holds'],
  ['SELECT node, avg(size) FROM files GROUP BY 1', '', 'holds'],
  ['SELECT 1, 1.0, NULL', "SELECT 1::numeric, '1.00'::numeric, NULL", 'holds'],
  ["SELECT 'x' WHERE 0", "SELECT 'y' WHERE false", 'holds'],
  ['VALUES (1), (1)', 'VALUES (1), (1)', 'holds'],
  ['SELECT sum(score) FROM files', '', 'holds: equal but for the last digits of computed floats'],
  [
    'SELECT sum(score) FROM files',
    'SELECT sum(score) + 1e-7 FROM files',
    'broken: it gives 1 row on both sides, and not the same ones',
  ],
  [
    'SELECT avg(size) FROM files',
    'SELECT avg(size) + 0.00001 FROM files',
    'broken: it gives 1 row on both sides, and not the same ones',
  ],
  ['VALUES (1), (1)', 'VALUES (1)', 'broken: it gives 2 rows in the source and 1 in the target'],
  [
    'VALUES (1), (1), (2)',
    'VALUES (1), (2), (2)',
    'broken: it gives 3 rows on both sides, and not the same ones',
  ],
  [
    'SELECT node FROM files',
    'SELECT upper(node) FROM files',
    'broken: it gives 3 rows on both sides, and not the same ones',
  ],
  [
    "SELECT 'many'",
    'SELECT 1',
    'broken: in the source, column "?column?": a value is not an integer, so it cannot be compared as integer',
  ],
  ['SELECT 1', 'SELECT FROM files', 'broken: it has 1 column in the source and 0 in the target'],
  [
    'SELECT 1',
    'SELECT nobody FROM files',
    'not checked: in the target: could not check it: column "nobody" does not exist (42703)',
  ],
  [
    'SELECT 1',
    'SELECT 1 / (id - 1) FROM files',
    'not checked: in the target: could not read the rows back: division_by_zero (22012)',
  ],
  ['SELECT nobody FROM files', 'SELECT 1', 'not checked: in the source: no such column: nobody'],
  ["SELECT json('{')", "SELECT ''", 'not checked: in the source: SQLITE_ERROR'],
  ['SELECT 1; SELECT 2', 'SELECT 1', 'not checked: in the source: it has several statements'],
  [
    'SELECT 1',
    'WITH gone AS (DELETE FROM files RETURNING 1) SELECT 1 FROM gone',
    'not checked: in the target: could not check it: DECLARE CURSOR must not contain data-modifying statements in WITH (0A000)',
  ],
  [
    'SELECT 1',
    "SELECT 1 FROM set_config('transaction_read_only', 'off', false)",
    'not checked: in the target: could not read the rows back: transaction read-write mode must be set before any query (25001)',
  ],
]

test('queries by what both sides give', async t => {
  const reader = new ViewReader(database(t, FILES))
  t.after(() => reader.close())
  for (const [source, target, said] of CASES) {
    const sql = { source, target: target || source }
    const { verdict, reason } = await compareQueries(client, reader, sql, { schema: 'my "app', seconds: 30 })
    assert.equal(reason === undefined ? verdict : `${verdict}: ${reason}`, said, source)
  }
})
