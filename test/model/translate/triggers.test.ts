/** Triggers: the same statements, executed on both engines with their triggers, leave the same tables. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engines, startEngines } from './both-engines.ts'

let engines: Engines
before(async () => {
  engines = await startEngines()
})
after(() => engines?.stop())

const BOOKS = `
  CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL, books INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE books (id INTEGER PRIMARY KEY AUTOINCREMENT, author_id INTEGER REFERENCES authors (id), title TEXT UNIQUE,
    stock INTEGER DEFAULT 0, hidden BOOLEAN DEFAULT 0, changed INTEGER DEFAULT 0);
  CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT, book_id INTEGER, before TEXT, after TEXT, gone BOOLEAN);
  CREATE TABLE stats (name TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, note TEXT DEFAULT 'new');
  CREATE VIEW shelf AS SELECT b.id, b.title, a.name AS author, b.stock FROM books b JOIN authors a ON a.id = b.author_id;
  INSERT INTO authors VALUES (1, 'Ada', 1), (2, 'Bob', 1);
  INSERT INTO books VALUES (1, 1, 'One', 3, 0, 0), (2, 2, 'Two', 0, 1, 0);
  INSERT INTO stats VALUES ('inserts', 0, 'old');`

const CHANGES = [
  "INSERT INTO books (author_id, title, stock) VALUES (1, 'Three', 1), (2, 'Four', 2)",
  "UPDATE books SET title = 'Two!' WHERE id = 2",
  'UPDATE books SET stock = stock + 1, hidden = NOT hidden',
  'UPDATE books SET title = title',
  'UPDATE books SET author_id = 2 WHERE id = 1',
  'DELETE FROM books WHERE id = 1',
  "DELETE FROM books WHERE title = 'Four'",
]

/** Triggers by what they do, with statements besides or in place of `CHANGES`; a refusal stands behind its statement. */
const CASES: Record<string, { triggers: string; statements?: (string | [string, RegExp])[] }> = {
  'a column is set after an update of the same row': {
    triggers: `CREATE TRIGGER touch AFTER UPDATE ON books BEGIN
      UPDATE books SET changed = changed + 1 WHERE id = NEW.id; END;`,
  },
  'the same, only for changes of some columns': {
    triggers: `CREATE TRIGGER touch AFTER UPDATE OF title, stock ON books FOR EACH ROW BEGIN
      UPDATE books SET changed = OLD.changed + 1 WHERE rowid = NEW.rowid; END;`,
  },
  'the same, only where something changes': {
    triggers: `CREATE TRIGGER touch AFTER UPDATE ON books WHEN OLD.title <> NEW.title OR NEW.hidden BEGIN
      UPDATE books SET changed = changed + 10 WHERE id = OLD.id; END;`,
  },
  'an audit of inserts, updates and deletes': {
    triggers: `
      CREATE TRIGGER "on insert" AFTER INSERT ON books BEGIN
        INSERT INTO log (what, book_id, after) VALUES ('insert', NEW.id, NEW.title); END;
      CREATE TRIGGER on_update AFTER UPDATE ON books WHEN NEW.title IS NOT OLD.title BEGIN
        INSERT INTO log VALUES (NULL, 'update', new.id, old.title, "new"."title", new.hidden); END;
      CREATE TRIGGER on_delete AFTER DELETE ON books BEGIN
        INSERT INTO log (what, book_id, before, gone) SELECT 'delete of ' || OLD.title, OLD.id, OLD.stock, 1; END;`,
  },
  'numbers become texts as SQLite makes them': {
    triggers: `CREATE TRIGGER t AFTER INSERT ON books BEGIN
      INSERT INTO log (what, after) VALUES (NEW.id, NEW.stock); END;`,
  },
  'a guard before it happens': {
    triggers: `
      CREATE TRIGGER no_negative BEFORE UPDATE OF stock ON books BEGIN
        SELECT CASE WHEN NEW.stock < 0 THEN RAISE(ABORT, 'there are not so many') END; END;
      CREATE TRIGGER no_hidden BEFORE DELETE ON books WHEN OLD.hidden BEGIN
        SELECT RAISE(FAIL, 'it''s hidden'); END;
      CREATE TRIGGER no_empty BEFORE INSERT ON books BEGIN
        SELECT CASE WHEN NEW.title IS NULL THEN RAISE(ROLLBACK, 'no title') WHEN length(NEW.title) < 2
          THEN RAISE(ABORT, 'a short title') END;
        SELECT RAISE(ABORT, 'no author') WHERE NOT EXISTS (SELECT 1 FROM authors WHERE id = NEW.author_id); END;`,
    statements: [
      ['UPDATE books SET stock = -1 WHERE id = 1', /there are not so many/],
      ['DELETE FROM books WHERE id = 2', /it's hidden/],
      ['INSERT INTO books (author_id) VALUES (1)', /no title/],
      ["INSERT INTO books (author_id, title) VALUES (1, 'x')", /a short title/],
      ["INSERT INTO books (author_id, title) VALUES (7, 'Seven')", /no author/],
      'UPDATE books SET stock = 5 WHERE id = 1',
      // A number that was given to a refused row is not given again in PostgreSQL.
      "INSERT INTO books (id, author_id, title) VALUES (50, 2, 'Five')",
      'DELETE FROM books WHERE id = 1',
    ],
  },
  'a guard over rows': {
    triggers: `
      CREATE TRIGGER few AFTER INSERT ON books BEGIN
        SELECT CASE WHEN count(*) > 2 THEN RAISE(ABORT, 'too many') END FROM books WHERE author_id = NEW.author_id; END;
      CREATE TRIGGER used BEFORE DELETE ON authors BEGIN
        SELECT RAISE(ABORT, 'has books') FROM books b WHERE b.author_id = OLD.id; END;`,
    statements: [
      "INSERT INTO books (author_id, title) VALUES (1, 'Three')",
      ["INSERT INTO books (author_id, title) VALUES (1, 'Four')", /too many/],
      ['DELETE FROM authors WHERE id = 1', /has books/],
      "INSERT INTO authors VALUES (3, 'Eve', 0)",
      'DELETE FROM authors WHERE id = 3',
    ],
  },
  'rows that are passed over': {
    triggers: `CREATE TRIGGER keep BEFORE DELETE ON books BEGIN
      SELECT CASE WHEN OLD.stock > 0 THEN RAISE(IGNORE) END; INSERT INTO log (what) VALUES (OLD.title); END;`,
    statements: ['DELETE FROM books', 'UPDATE books SET stock = 0', 'DELETE FROM books'],
  },
  'a counter on the parent': {
    triggers: `
      CREATE TRIGGER more AFTER INSERT ON books BEGIN UPDATE authors SET books = books + 1 WHERE id = NEW.author_id; END;
      CREATE TRIGGER fewer AFTER DELETE ON books BEGIN UPDATE authors SET books = books - 1 WHERE id = OLD.author_id; END;
      CREATE TRIGGER moved AFTER UPDATE OF author_id ON books WHEN OLD.author_id <> NEW.author_id BEGIN
        UPDATE authors SET books = (SELECT count(*) FROM books WHERE author_id = authors.id)
          WHERE id IN (OLD.author_id, NEW.author_id); END;`,
  },
  'triggers that set each other off, each once': {
    triggers: `
      CREATE TRIGGER down AFTER UPDATE OF stock ON books BEGIN
        UPDATE authors SET books = books + 1 WHERE id = NEW.author_id; END;
      CREATE TRIGGER up AFTER UPDATE OF books ON authors BEGIN
        UPDATE books SET stock = stock + 100 WHERE author_id = NEW.id;
        INSERT INTO log (what) VALUES ('up'); END;`,
  },
  'upserts, OR IGNORE and OR REPLACE': {
    triggers: `
      CREATE TRIGGER counted AFTER INSERT ON books BEGIN
        INSERT INTO stats (name, n) VALUES ('inserts', 1) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n WHERE n < 100;
        INSERT OR IGNORE INTO stats (name) VALUES ('seen'), (NEW.title);
        INSERT OR REPLACE INTO stats (name, n) VALUES ('last', NEW.id); END;
      CREATE TRIGGER dropped AFTER DELETE ON books BEGIN
        REPLACE INTO stats SELECT 'left ' || author_id, count(*), NULL FROM books GROUP BY author_id; END;`,
  },
  'updates from other tables and of several columns': {
    triggers: `CREATE TRIGGER t AFTER UPDATE OF title ON books BEGIN
      UPDATE stats SET (n, note) = (SELECT count(*), max(title) FROM books), name = 'books' WHERE name = 'inserts';
      UPDATE authors AS a SET name = a.name || ': ' || b.title FROM books b WHERE b.author_id = a.id AND b.id = NEW.id;
      DELETE FROM log WHERE book_id NOT IN (SELECT id FROM books);
      SELECT count(*) FROM books; END;`,
    statements: [
      'INSERT INTO log (book_id) VALUES (1), (77)',
      "UPDATE books SET title = 'Uno' WHERE id = 1",
      'UPDATE books SET stock = 9',
    ],
  },
  'the row by its number where it has another key': {
    triggers: `
      CREATE TRIGGER t AFTER UPDATE OF name ON stats BEGIN
        UPDATE stats SET note = 'was ' || OLD.name WHERE NEW.rowid = rowid AND n < 5; END;
      CREATE TRIGGER u AFTER INSERT ON stats BEGIN DELETE FROM stats WHERE stats._rowid_ = NEW._rowid_ AND NEW.n = 7; END;`,
    statements: [
      "UPDATE stats SET name = 'more'",
      "INSERT INTO stats (name, n) VALUES ('a', 7), ('b', 8)",
      "UPDATE stats SET name = 'c' WHERE n = 8",
    ],
  },
  'INSTEAD OF on a view': {
    triggers: `
      CREATE TRIGGER shelf_insert INSTEAD OF INSERT ON shelf BEGIN
        INSERT OR IGNORE INTO authors (id, name) SELECT max(id) + 1, NEW.author FROM authors HAVING NEW.author NOT IN (SELECT name FROM authors);
        INSERT INTO books (author_id, title, stock) VALUES ((SELECT id FROM authors WHERE name = NEW.author), NEW.title, coalesce(NEW.stock, 0)); END;
      CREATE TRIGGER shelf_update INSTEAD OF UPDATE ON shelf WHEN NEW.stock >= 0 BEGIN
        UPDATE books SET title = NEW.title, stock = NEW.stock WHERE id = OLD.id; END;
      CREATE TRIGGER shelf_delete INSTEAD OF DELETE ON shelf BEGIN DELETE FROM books WHERE id = OLD.id; END;`,
    statements: [
      "INSERT INTO shelf (title, author) VALUES ('New', 'Ada'), ('Newer', 'Eve')",
      "UPDATE shelf SET stock = stock + 7 WHERE author = 'Ada'",
      'UPDATE shelf SET stock = -1',
      "DELETE FROM shelf WHERE title = 'One'",
    ],
  },
  'a full-text table that follows another': {
    triggers: `
      CREATE VIRTUAL TABLE search USING fts5 (title, content = 'books', content_rowid = 'id');
      INSERT INTO search (search) VALUES ('rebuild');
      CREATE TRIGGER search_insert AFTER INSERT ON books BEGIN
        INSERT INTO search (rowid, title) VALUES (NEW.id, NEW.title); END;
      CREATE TRIGGER search_delete AFTER DELETE ON books BEGIN
        INSERT INTO search (search, rowid, title) VALUES ('delete', OLD.id, OLD.title); END;
      CREATE TRIGGER search_update AFTER UPDATE ON books BEGIN
        INSERT INTO search (search, rowid, title) VALUES ('delete', OLD.id, OLD.title);
        INSERT INTO search (rowid, title) VALUES (NEW.id, NEW.title); END;`,
  },
}

suite('a trigger', () => {
  for (const [what, { triggers, statements = CHANGES }] of Object.entries(CASES))
    test(what, async () => {
      const both = await engines.move(`${BOOKS} ${triggers}`)
      assert.deepEqual(both.reasons, {})
      for (const statement of statements) {
        await both.run(...([statement].flat() as [string, RegExp?]))
        await both.sameTables()
      }
      both.close()
    })

  test('writes the time', async () => {
    const both = await engines.move(`
      CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, updated_at DATETIME, seen TEXT);
      INSERT INTO notes VALUES (1, 'a', '2001-01-01 00:00:00', '2001-01-01');
      CREATE TRIGGER stamp AFTER UPDATE OF body ON notes BEGIN
        UPDATE notes SET updated_at = datetime('now'), seen = date('now') WHERE id = NEW.id; END;`)
    assert.deepEqual(both.reasons, {})
    await both.run("UPDATE notes SET body = 'b'")
    await both.same(
      "SELECT body, updated_at > '2020-01-01 00:00:00' AS later, length(seen) AS length FROM notes",
    )
    both.close()
  })
})

suite('a trigger that has no equal says why', () => {
  const REFUSED: Record<string, [trigger: string, reason: RegExp]> = {
    'RAISE(IGNORE) afterwards': ['AFTER INSERT ON books BEGIN SELECT RAISE(IGNORE); END', /RAISE\(IGNORE\)/],
    'its own table beforehand': [
      'BEFORE UPDATE ON books BEGIN UPDATE books SET changed = 1 WHERE id = OLD.id; END',
      /writes its own table/,
    ],
    'the number of the last row': [
      'AFTER INSERT ON books BEGIN INSERT INTO log (book_id) VALUES (last_insert_rowid()); END',
      /last_insert_rowid/,
    ],
    "a function of the application's own": [
      'AFTER INSERT ON books BEGIN SELECT title_changed(NEW.id); END',
      /title_changed, which may do more/,
    ],
    'REPLACE beside two keys': [
      "AFTER DELETE ON books BEGIN INSERT OR REPLACE INTO books (title) VALUES ('x'); END",
      /more than one unique key/,
    ],
    'a text for a number': [
      'AFTER INSERT ON books BEGIN INSERT INTO log (book_id) VALUES (NEW.title); END',
      /bigint/,
    ],
    'columns of INSTEAD OF': ['INSTEAD OF UPDATE OF title ON shelf BEGIN DELETE FROM log; END', /INSTEAD OF/],
    'RAISE in the midst of something': [
      "AFTER INSERT ON books BEGIN INSERT INTO log (what) SELECT RAISE(ABORT, 'x') FROM log; END",
      /RAISE elsewhere/,
    ],
    'UPDATE OR IGNORE': [
      'AFTER INSERT ON authors BEGIN UPDATE OR IGNORE books SET id = 1; END',
      /UPDATE OR IGNORE/,
    ],
  }
  for (const [what, [trigger, reason]] of Object.entries(REFUSED))
    test(what, async () => {
      const both = await engines.move(`${BOOKS} CREATE TRIGGER t ${trigger};`)
      assert.match(both.reasons.t ?? '', reason)
      both.close()
    })
})
