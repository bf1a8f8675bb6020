/** Objects besides values: what each kind is in the catalog of PostgreSQL, in its own words. */

export interface ObjectCase {
  /** Statements; `$t` is the name of a table of the case's own, and begins all of its names. */
  sql: string
  /** Definitions of what the case has in the target, besides plain columns and primary keys of one number. */
  there: string[]
  /** Severity and code of each finding about it. */
  findings?: string[]
}

export const OBJECTS: ObjectCase[] = [
  { sql: 'CREATE TABLE $t (id INTEGER PRIMARY KEY, v TEXT)', there: ['$t.id: identity'] },
  { sql: 'CREATE TABLE $t (id INTEGER PRIMARY KEY AUTOINCREMENT)', there: ['$t.id: identity'] },
  {
    sql: 'CREATE TABLE $t (a TEXT, b INTEGER, PRIMARY KEY (b, a)) WITHOUT ROWID',
    there: ['$t.a: not null', '$t.b: not null', '$t: PRIMARY KEY (b, a)'],
  },
  { sql: 'CREATE TABLE $t (a ANY, b INT) STRICT', there: [] },
  {
    sql: 'CREATE TABLE $t (a INTEGER NOT NULL, b TEXT NOT NULL)',
    there: ['$t.a: not null', '$t.b: not null'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT UNIQUE, b TEXT, c TEXT, UNIQUE (c, b))',
    there: ['$t: UNIQUE (a)', '$t: UNIQUE (c, b)'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT COLLATE NOCASE UNIQUE)',
    there: ['CREATE UNIQUE INDEX $t_a_key ON $t (lower((a COLLATE "C")))'],
    findings: ['warning collation-by-index'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT COLLATE RTRIM UNIQUE)',
    there: ["CREATE UNIQUE INDEX $t_a_key ON $t (rtrim(a, ' '::text))"],
    findings: ['warning collation-by-index'],
  },
  {
    sql: "CREATE TABLE $t (a INTEGER DEFAULT 7, b TEXT DEFAULT 'x', c REAL DEFAULT -1.5, d BLOB DEFAULT x'00ff')",
    there: [
      '$t.a: default 7',
      "$t.b: default 'x'::text",
      "$t.c: default '-1.5'::numeric",
      "$t.d: default decode('00ff'::text, 'hex'::text)",
    ],
  },
  {
    sql: 'CREATE TABLE $t (a DATETIME DEFAULT CURRENT_TIMESTAMP, b DATE DEFAULT CURRENT_DATE, c TEXT DEFAULT CURRENT_TIME)',
    there: [
      "$t.a: default date_trunc('second'::text, (CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text))",
      "$t.b: default ((CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text))::date",
      "$t.c: default to_char((CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text), 'HH24:MI:SS'::text)",
    ],
  },
  {
    sql: "CREATE TABLE $t (b TEXT DEFAULT (datetime('now')), c BOOLEAN DEFAULT TRUE)",
    there: [
      "$t.b: default to_char((CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS'::text)",
      '$t.c: default true',
    ],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT DEFAULT (application_id()))',
    there: [],
    findings: ['incomplete default-not-translated'],
  },
  {
    sql: 'CREATE TABLE $t (a INTEGER CHECK (a > 0), b TEXT, CONSTRAINT $t_short CHECK (length(b) < 10))',
    there: ['$t: CHECK ((a > 0))', '$t: CHECK ((length(b) < 10))'],
  },
  {
    sql: 'CREATE TABLE $t (a INTEGER UNIQUE ON CONFLICT REPLACE, b INTEGER NOT NULL ON CONFLICT FAIL)',
    there: ['$t.b: not null', '$t: UNIQUE (a)'],
    findings: ['warning conflict-clause-lost'],
  },
  {
    sql: "CREATE TABLE $t (a INTEGER CHECK (typeof(a) = 'integer'))",
    there: [
      "$t: CHECK (( CASE WHEN (a IS NULL) THEN 'null'::text ELSE 'integer'::text END = 'integer'::text))",
    ],
  },
  {
    sql: "CREATE TABLE $t (a TEXT CHECK (a GLOB '[A-Z]*'))",
    there: [`$t: CHECK (((a COLLATE "C") ~ '^(?:[A-Z].*)$'::text))`],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT CHECK (json_valid(a) OR a IS NULL))',
    there: ['$t: CHECK (((a IS NULL) OR ((a)::json IS NOT NULL)))'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT CHECK (NOT json_valid(a)))',
    there: [],
    findings: ['incomplete check-not-translated'],
  },
  {
    sql: 'CREATE TABLE $t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED)',
    there: ['$t.b: generated (a * (2)::bigint)'],
  },
  {
    sql: 'CREATE TABLE $t (a INTEGER, b INTEGER AS (a + 1), c INTEGER AS (b + 1))',
    there: ['$t.b: generated (a + (1)::bigint)', '$t.c: generated ((a + (1)::bigint) + (1)::bigint)'],
    findings: ['note virtual-becomes-stored', 'note virtual-becomes-stored'],
  },
  {
    sql: "CREATE TABLE $t (a TEXT, b TEXT AS (strftime('%W', a)))",
    there: [],
    findings: ['incomplete generated-column-as-plain'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT, b INTEGER); CREATE INDEX $t_i ON $t (b DESC, a)',
    there: ['CREATE INDEX $t_i ON $t (b DESC, a)'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT, b INTEGER); CREATE UNIQUE INDEX $t_i ON $t (a) WHERE b > 0',
    there: ['CREATE UNIQUE INDEX $t_i ON $t (a) WHERE (b > 0)'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT); CREATE UNIQUE INDEX $t_i ON $t (lower(a))',
    there: ['CREATE UNIQUE INDEX $t_i ON $t (lower((a COLLATE "C")))'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT); CREATE INDEX $t_i ON $t (a COLLATE NOCASE)',
    there: ['CREATE INDEX $t_i ON $t (lower((a COLLATE "C")))'],
    findings: ['warning collation-by-index'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT); CREATE INDEX $t_i ON $t (soundex(a))',
    there: [],
    findings: ['incomplete index-not-translated'],
  },
  {
    sql: 'CREATE TABLE $t_p (id INTEGER PRIMARY KEY); CREATE TABLE $t (a INTEGER REFERENCES $t_p ON DELETE CASCADE ON UPDATE SET NULL)',
    there: [
      '$t: FOREIGN KEY (a) REFERENCES $t_p(id) ON UPDATE SET NULL ON DELETE CASCADE',
      '$t_p.id: identity',
    ],
  },
  {
    sql: 'CREATE TABLE $t_p (a TEXT UNIQUE); CREATE TABLE $t (a TEXT REFERENCES $t_p (a) DEFERRABLE INITIALLY DEFERRED)',
    there: ['$t: FOREIGN KEY (a) REFERENCES $t_p(a) DEFERRABLE INITIALLY DEFERRED', '$t_p: UNIQUE (a)'],
  },
  {
    sql: 'CREATE TABLE $t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES $t)',
    there: ['$t.id: identity', '$t: FOREIGN KEY (up) REFERENCES $t(id)'],
  },
  {
    sql: 'CREATE TABLE $t (id INTEGER PRIMARY KEY, b INTEGER REFERENCES $t_b); CREATE TABLE $t_b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES $t)',
    there: [
      '$t.id: identity',
      '$t: FOREIGN KEY (b) REFERENCES $t_b(id)',
      '$t_b.id: identity',
      '$t_b: FOREIGN KEY (a) REFERENCES $t(id)',
    ],
  },
  {
    sql: 'CREATE TABLE $t (a INTEGER REFERENCES $t_nowhere)',
    there: [],
    findings: ['incomplete foreign-key-not-converted'],
  },
  {
    sql: 'CREATE TABLE $t_p (a INTEGER); CREATE TABLE $t (a INTEGER REFERENCES $t_p (a))',
    there: [],
    findings: ['incomplete foreign-key-not-converted'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT, b INTEGER); CREATE VIEW $t_v AS SELECT a, b + 1 AS c FROM $t WHERE b > 0',
    there: ['view $t_v: SELECT $t.a, ($t.b + (1)::bigint) AS c FROM $t $t WHERE ($t.b > 0);'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT, b INTEGER); CREATE VIEW $t_v AS SELECT a, count(*) AS n FROM $t GROUP BY a; CREATE VIEW $t_w AS SELECT max(n) AS m FROM $t_v',
    there: [
      'view $t_v: SELECT $t.a, count(*) AS n FROM $t $t GROUP BY $t.a;',
      'view $t_w: SELECT max($t_v.n) AS m FROM $t_v $t_v;',
    ],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT); CREATE VIEW $t_v AS SELECT soundex(a) AS s FROM $t',
    there: [],
    findings: ['incomplete view-not-translated'],
  },
  {
    sql: "CREATE TABLE $t (id INTEGER PRIMARY KEY, a TEXT, at TEXT); CREATE TRIGGER $t_r AFTER UPDATE OF a ON $t WHEN OLD.a IS NOT NEW.a BEGIN UPDATE $t SET at = datetime('now') WHERE id = NEW.id; END",
    there: [
      'CREATE TRIGGER $t_r AFTER UPDATE OF a ON $t FOR EACH ROW EXECUTE FUNCTION $t_r()',
      '$t.id: identity',
    ],
  },
  {
    sql: "CREATE TABLE $t (id INTEGER PRIMARY KEY, a TEXT); CREATE TABLE $t_log (id INTEGER, what TEXT); CREATE TRIGGER $t_r AFTER DELETE ON $t BEGIN INSERT INTO $t_log VALUES (OLD.id, 'gone'); END",
    there: ['CREATE TRIGGER $t_r AFTER DELETE ON $t FOR EACH ROW EXECUTE FUNCTION $t_r()', '$t.id: identity'],
  },
  {
    sql: "CREATE TABLE $t (a INTEGER); CREATE TRIGGER $t_r BEFORE INSERT ON $t WHEN NEW.a < 0 BEGIN SELECT RAISE(ABORT, 'negative'); END",
    there: ['CREATE TRIGGER $t_r BEFORE INSERT ON $t FOR EACH ROW EXECUTE FUNCTION $t_r()'],
  },
  {
    sql: 'CREATE TABLE $t (a TEXT); CREATE VIEW $t_v AS SELECT a FROM $t; CREATE TRIGGER $t_r INSTEAD OF INSERT ON $t_v BEGIN INSERT INTO $t VALUES (NEW.a); END',
    there: [
      'CREATE TRIGGER $t_r INSTEAD OF INSERT ON $t_v FOR EACH ROW EXECUTE FUNCTION $t_r()',
      'view $t_v: SELECT $t.a FROM $t $t;',
    ],
  },
  {
    sql: 'CREATE VIRTUAL TABLE $t USING fts5(title, body)',
    there: [
      "CREATE INDEX $t_search ON $t USING gin (to_tsvector('simple'::regconfig, ((COALESCE(title, ''::text) || ' '::text) || COALESCE(body, ''::text))))",
      '$t.rowid: identity',
    ],
    findings: [
      'note fts-by-tsvector',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
    ],
  },
  {
    sql: "CREATE VIRTUAL TABLE $t USING fts5(title, content='')",
    there: [],
    findings: [
      'incomplete virtual-table-left-out',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
    ],
  },
  {
    sql: 'CREATE VIRTUAL TABLE $t USING rtree(id, x0, x1, y0, y1)',
    there: ['CREATE INDEX $t_box ON $t USING gist (box(point(x0, y0), point(x1, y1)))', '$t.id: identity'],
    findings: [
      'note rtree-by-gist',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
      'note shadow-table-left-out',
    ],
  },
]
