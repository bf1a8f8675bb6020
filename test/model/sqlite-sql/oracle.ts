/** SQLite itself tells whether two texts of SQL are the same: it makes one program of both. */
import Database from 'better-sqlite3'
import { SqlSyntaxError } from '../../../model/sqlite-sql/parse.ts'

export const sqlite = new Database(':memory:')
sqlite.exec(`
  CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c);
  CREATE TABLE u (a, x TEXT COLLATE NOCASE);
  CREATE TABLE w (a COLLATE NOCASE UNIQUE, b, c);
  CREATE UNIQUE INDEX w_b ON w (b) WHERE c > 3;
  CREATE VIEW v AS SELECT a, b FROM t;
  INSERT INTO t VALUES (1, 'one', 10), (2, 'Two', NULL), (3, NULL, 30), (4, 'one', 5);
  INSERT INTO u VALUES (1, 'ONE'), (3, 'three'), (3, '{"k": [1, 2]}'), (NULL, '');
`)

/** Whether SQLite takes a statement; undefined where it reads it and then says no for what it means. */
export function reads(sql: string): boolean | undefined {
  try {
    sqlite.prepare(sql)
    return true
  } catch (error) {
    return /syntax error|incomplete input|unrecognized token/.test(String(error)) ? false : undefined
  }
}

/** The program that SQLite makes of a statement. */
export function program(sql: string): unknown[] {
  return sqlite.prepare(`EXPLAIN ${sql}`).raw().all()
}

/** The tree of a text, or undefined where it is refused as it should be: by `SqlSyntaxError`. */
export function attempt<T>(parse: (sql: string) => T, sql: string): T | undefined {
  try {
    return parse(sql)
  } catch (error) {
    if (error instanceof SqlSyntaxError) return undefined
    throw error
  }
}
