/**
 * The source of the trials: a document-management application in SQLite, made anew the same to the last byte of its values.
 *
 *     node bench/make-source.ts FILE [ROWS=2000000]
 *
 * Seven tables: text ids, JSON, booleans, ISO times, long texts, blobs, floats, and one narrow table with most of the rows;
 * 12 indexes, 8 foreign keys.
 */
import { rmSync } from 'node:fs'
import Database from 'better-sqlite3'

const SCHEMA = `
  CREATE TABLE users (id TEXT PRIMARY KEY NOT NULL, email TEXT NOT NULL, username TEXT NOT NULL,
    password_hash TEXT NOT NULL, is_active BOOLEAN NOT NULL, is_admin BOOLEAN NOT NULL, rating REAL, profile JSON,
    created_at TIMESTAMP NOT NULL, last_login_at TIMESTAMP);
  CREATE TABLE sessions (id TEXT PRIMARY KEY NOT NULL, user_id TEXT NOT NULL REFERENCES users (id), ip_address TEXT,
    user_agent TEXT, revoked BOOLEAN NOT NULL, created_at TIMESTAMP NOT NULL, expires_at TIMESTAMP NOT NULL);
  CREATE TABLE documents (id TEXT PRIMARY KEY NOT NULL, owner_id TEXT NOT NULL REFERENCES users (id), title TEXT NOT NULL,
    body TEXT, metadata JSON, is_public BOOLEAN NOT NULL, is_deleted BOOLEAN NOT NULL, word_count INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL);
  CREATE TABLE document_versions (id INTEGER PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents (id),
    version INTEGER NOT NULL, content TEXT NOT NULL, checksum BLOB NOT NULL, created_at TIMESTAMP NOT NULL);
  CREATE TABLE comments (id INTEGER PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents (id),
    user_id TEXT NOT NULL REFERENCES users (id), parent_id INTEGER REFERENCES comments (id), body TEXT NOT NULL,
    is_resolved BOOLEAN NOT NULL, created_at TIMESTAMP NOT NULL);
  CREATE TABLE token_transactions (id TEXT PRIMARY KEY NOT NULL, user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL, amount INTEGER NOT NULL, balance_after INTEGER NOT NULL, details JSON, created_at TIMESTAMP NOT NULL);
  CREATE TABLE audit_logs (id INTEGER PRIMARY KEY, user_id TEXT REFERENCES users (id), action TEXT NOT NULL,
    entity_type TEXT NOT NULL, entity_id TEXT NOT NULL, success BOOLEAN NOT NULL, duration_ms REAL, created_at INTEGER NOT NULL);`

const INDEXES = `
  CREATE UNIQUE INDEX users_email ON users (email);
  CREATE UNIQUE INDEX users_username ON users (username);
  CREATE INDEX sessions_user ON sessions (user_id);
  CREATE INDEX documents_owner ON documents (owner_id);
  CREATE INDEX documents_created ON documents (created_at);
  CREATE UNIQUE INDEX versions_of_document ON document_versions (document_id, version);
  CREATE INDEX comments_document ON comments (document_id);
  CREATE INDEX comments_user ON comments (user_id);
  CREATE INDEX transactions_user ON token_transactions (user_id, created_at);
  CREATE INDEX audit_user ON audit_logs (user_id);
  CREATE INDEX audit_created ON audit_logs (created_at);
  CREATE INDEX audit_entity ON audit_logs (entity_type, entity_id);`

/** Shares of the rows, in thousandths. */
const SHARES = {
  ...{
    users: 10,
    sessions: 75,
    documents: 40,
    document_versions: 75,
    comments: 100,
    token_transactions: 100,
  },
  audit_logs: 600,
} as const
type Table = keyof typeof SHARES

const WORDS =
  'the of and plan review contract invoice draft über meeting naïve agenda summary “quoted” budget approval risk\n\tnote 表 pending ✓ closed archive transfer letter annex'.split(
    ' ',
  )

/** Mulberry32: the same numbers on every machine. */
class Random {
  #state: number
  constructor(seed: number) {
    this.#state = seed
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  below(n: number): number {
    return Math.floor(this.next() * n)
  }
  text(words: number): string {
    let text = ''
    for (let i = 0; i < words; i++) text += (i ? ' ' : '') + WORDS[this.below(WORDS.length)]
    return text
  }
  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    for (let i = 0; i < length; i += 4) bytes.writeUInt32LE(this.below(4294967296), i)
    return bytes
  }
}

/** The id of the nth row: 32 hex digits, in no order. */
function id(kind: number, n: number): string {
  let out = ''
  for (let i = 0; i < 4; i++) {
    let word = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(kind * 4 + i + 1, 0x85ebca6b)
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d)
    out += ((word ^ (word >>> 13)) >>> 0).toString(16).padStart(8, '0')
  }
  return out
}

const EPOCH = Date.UTC(2021, 0, 1)
/** `2023-05-06 07:08:09.123456`; every fourth without a fraction. */
function time(random: Random): string {
  const at = new Date(EPOCH + random.below(120_000_000) * 1000).toISOString()
  const seconds = `${at.slice(0, 10)} ${at.slice(11, 19)}`
  return random.below(4) === 0 ? seconds : `${seconds}.${String(random.below(1_000_000)).padStart(6, '0')}`
}

type Cells = (string | number | Buffer | null)[]
type Counts = Record<Table, number>

const ROWS: Record<Table, (n: number, random: Random, counts: Counts) => Cells> = {
  users: (n, r) => [
    ...[id(1, n), `person.${n}@example.org`, `person_${n}`, r.bytes(32).toString('hex')],
    ...[r.below(10) ? 1 : 0, r.below(50) ? 0 : 1, r.below(5) ? r.next() * 5 : null],
    `{"theme":"${r.below(2) ? 'dark' : 'light'}","tags":["${WORDS[r.below(8)]}",${r.below(9)}],"limit":${r.below(1e6) / 100}}`,
    ...[time(r), r.below(6) ? time(r) : null],
  ],
  sessions: (n, r, { users }) => [
    ...[id(2, n), id(1, r.below(users)), `10.${r.below(256)}.${r.below(256)}.${r.below(256)}`],
    `Mozilla/5.0 (X11; Linux x86_64; rv:${100 + r.below(40)}.0) Gecko/20100101 Firefox/${100 + r.below(40)}.0`,
    ...[r.below(4) ? 0 : 1, time(r), time(r)],
  ],
  documents: (n, r, { users }) => {
    const words = 60 + r.below(220)
    return [
      ...[id(3, n), id(1, r.below(users)), r.text(2 + r.below(7)), r.text(words)],
      `{"pages":${1 + r.below(40)},"labels":["${id(7, r.below(200)).slice(0, 8)}","x"],"source":{"kind":"upload","size":${r.below(1e7)}}}`,
      ...[r.below(3) ? 0 : 1, r.below(20) ? 0 : 1, words, time(r), time(r)],
    ]
  },
  document_versions: (n, r, { documents }) => [
    ...[n + 1, id(3, n % documents), 1 + Math.floor(n / documents), r.text(30 + r.below(130))],
    ...[r.bytes(32), time(r)],
  ],
  comments: (n, r, { documents, users }) => [
    ...[
      n + 1,
      id(3, r.below(documents)),
      id(1, r.below(users)),
      n > 0 && r.below(3) === 0 ? 1 + r.below(n) : null,
    ],
    ...[r.text(4 + r.below(30)), r.below(2), time(r)],
  ],
  token_transactions: (n, r, { users }) => [
    ...[id(4, n), id(1, r.below(users)), ['purchase', 'spend', 'refund'][r.below(3)]!, r.below(10000) - 5000],
    ...[r.below(1e9), r.below(2) ? `{"model":"m-${r.below(8)}","units":${r.below(5000)}}` : null, time(r)],
  ],
  audit_logs: (n, r, { users, documents }) => [
    ...[
      n + 1,
      r.below(20) ? id(1, r.below(users)) : null,
      ['create', 'update', 'delete', 'view', 'share'][r.below(5)]!,
    ],
    ...['document', id(3, r.below(documents)), r.below(30) ? 1 : 0, r.below(10) ? r.next() * 900 : null],
    1609459200 + n * 3,
  ],
}

/** Fills a new file; one that is there is replaced. */
export function makeSource(path: string, rows: number): void {
  rmSync(path, { force: true })
  const db = new Database(path)
  db.pragma('journal_mode = OFF')
  db.pragma('synchronous = OFF')
  db.exec(SCHEMA)
  const tables = Object.keys(SHARES) as Table[]
  const counts = Object.fromEntries(
    tables.map(table => [table, Math.max(1, Math.floor((rows * SHARES[table]) / 1000))]),
  ) as Counts
  for (const [seed, table] of tables.entries()) {
    const random = new Random(seed + 1)
    const first = ROWS[table](0, new Random(0), counts)
    const insert = db.prepare(`INSERT INTO ${table} VALUES (${first.map(() => '?').join(', ')})`)
    db.transaction(() => {
      for (let n = 0; n < counts[table]; n++) insert.run(...ROWS[table](n, random, counts))
    })()
  }
  db.exec(INDEXES)
  db.close()
}

if (import.meta.main) {
  const [path, rows = '2000000'] = process.argv.slice(2)
  if (!path) throw new Error('usage: node bench/make-source.ts FILE [ROWS=2000000]')
  makeSource(path, Number(rows))
}
