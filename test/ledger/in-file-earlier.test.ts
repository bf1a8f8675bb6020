/** A ledger that an earlier version has begun in a file is read as it is, and brought up to date before it is written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { fileTables } from '../../ledger/in-file/reader.ts'
import { createFileLedger, hasLedger } from '../../ledger/in-file/schema.ts'

test('it has no rows that were skipped, and none that are marked', () => {
  const db = new Database(':memory:')
  createFileLedger(db)
  db.exec(`
    ALTER TABLE longhaul_chunk DROP COLUMN rows_skipped;
    DROP TABLE longhaul_written;
    DROP TABLE longhaul_overwritten;
    INSERT INTO longhaul_table_run (run_id, name, expected) VALUES ('r', 't', 5);
    INSERT INTO longhaul_chunk (run_id, table_name, no, done, rows_read, rows_written) VALUES ('r', 't', 1, 1, 5, 5);`)
  const [before] = fileTables(db, 'r')
  assert.deepEqual([before!.read, before!.written, before!.skipped], [5, 5, 0])
  createFileLedger(db)
  assert.equal(hasLedger(db, 'written') && hasLedger(db, 'overwritten'), true)
  assert.deepEqual(fileTables(db, 'r'), [before])
})
