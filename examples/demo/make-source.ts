/** Makes the database that the demo migrates: the seven tables of a game, the same rows each time. */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Random } from './random.ts'
import {
  balance,
  type Counts,
  challenge,
  guess,
  type MakeRow,
  report,
  session,
  transaction,
  user,
} from './rows.ts'
import { INDEXES, SCHEMA } from './schema.ts'

interface TableToFill {
  name: string
  columns: string
  rows: number
  make: MakeRow
}

/** `rows` over all tables, about; the rows follow from `seed`. */
export interface SourceOptions {
  rows?: number
  seed?: number
}

/** Writes the database to `path`, in place of one that was there. Returns the rows of each table. */
export function makeSource(
  path: string,
  { rows = 300_000, seed = 1 }: SourceOptions = {},
): Record<string, number> {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.unfinished`
  rmSync(unfinished, { force: true })
  const db = new Database(unfinished)
  try {
    // The file is ours alone and made anew after a crash.
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    db.exec(SCHEMA)
    const tables = tablesOf(rows)
    for (const [i, table] of tables.entries()) fill(db, table, new Random(seed * 1000 + i))
    db.exec(INDEXES)
    db.close()
    renameSync(unfinished, path)
    return Object.fromEntries(tables.map(table => [table.name, table.rows]))
  } catch (error) {
    db.close()
    rmSync(unfinished, { force: true })
    throw error
  }
}

function tablesOf(rows: number): TableToFill[] {
  const share = (part: number): number => Math.max(1, Math.round(rows * part))
  const counts: Counts = { users: share(0.07), challenges: share(0.1) }
  const { users, challenges } = counts
  return [
    {
      name: 'users',
      columns: 'email, name, bio, is_active, is_admin, score, preferences, last_ip, created_at, last_login',
      rows: users,
      make: user,
    },
    {
      name: 'challenges',
      columns:
        'creator_id, title, statements, lie_index, status, difficulty, view_count, tags, published_at, created_at',
      rows: challenges,
      make: challenge(counts),
    },
    {
      name: 'guesses',
      columns: 'challenge_id, user_id, statement_index, is_correct, response_ms, confidence, created_at',
      rows: Math.min(share(0.45), users * challenges),
      make: guess(counts),
    },
    {
      name: 'user_reports',
      columns: 'reporter_id, reported_user_id, challenge_id, reason, details, resolved, created_at',
      rows: share(0.02),
      make: report(counts),
    },
    {
      name: 'token_balances',
      columns: 'user_id, balance, lifetime_earned, updated_at',
      rows: users,
      make: balance,
    },
    {
      name: 'token_transactions',
      columns: 'transaction_id, user_id, amount, kind, metadata, created_at',
      rows: share(0.25),
      make: transaction(counts),
    },
    {
      name: 'user_sessions',
      columns: 'session_id, user_id, ip_address, user_agent, permissions, is_revoked, expires_at, created_at',
      rows: share(0.1),
      make: session(counts),
    },
  ]
}

function fill(db: Database.Database, { name, columns, rows, make }: TableToFill, random: Random): void {
  const holes = columns.replace(/\w+/g, '?')
  const insert = db.prepare(`INSERT INTO ${name} (${columns}) VALUES (${holes})`)
  db.exec('BEGIN')
  for (let id = 1; id <= rows; id++) insert.run(make(random, id))
  db.exec('COMMIT')
}
