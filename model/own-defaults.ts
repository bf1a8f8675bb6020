/** What longhaul writes into SQLite for defaults of PostgreSQL that ask the clock or chance, and reads back as those. */

/** UTC, to the millisecond, with six decimals as copied times have them. */
export const NOW = {
  date: 'CURRENT_DATE',
  time: `strftime('%H:%M:%f000', 'now')`,
  timestamp: `strftime('%Y-%m-%d %H:%M:%f000', 'now')`,
  timestamptz: `strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')`,
}

const hex = (bytes: number): string => `lower(hex(randomblob(${bytes})))`

/** Version 4 in the form of RFC 9562. */
export const RANDOM_UUID = [
  hex(4),
  hex(2),
  `'4' || substr(${hex(2)}, 2)`,
  `substr('89ab', (random() & 3) + 1, 1) || substr(${hex(2)}, 2)`,
  hex(6),
].join(` || '-' || `)

const IN_POSTGRES: Record<string, string> = {
  [NOW.time]: `(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')::time`,
  [NOW.timestamp]: `(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')`,
  [NOW.timestamptz]: 'CURRENT_TIMESTAMP',
  [RANDOM_UUID]: 'pg_catalog.gen_random_uuid()',
}

/** The default in PostgreSQL's words; undefined where it is none of these. */
export function ownDefault(sql: string): string | undefined {
  const inner = sql.startsWith('(') && sql.endsWith(')') ? sql.slice(1, -1) : sql
  return IN_POSTGRES[inner] ?? IN_POSTGRES[sql]
}
