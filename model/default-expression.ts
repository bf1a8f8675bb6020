/** The expressions that longhaul knows by heart, as PostgreSQL has them. All are safe with an empty path. */
import { showType } from './type-text.ts'
import type { LogicalType } from './types.ts'

type Kind = 'text' | 'timestamp' | 'timestamptz' | 'date' | 'time' | 'bigint' | 'uuid'

/** SQLite's clock is UTC. */
const UTC = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"
const text = (pattern: string): string => `pg_catalog.to_char(${UTC}, '${pattern}')`
const EPOCH = 'pg_catalog.floor(EXTRACT(epoch FROM CURRENT_TIMESTAMP))::bigint'
const HEX = "pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', '')"

const NOW = { text: text('YYYY-MM-DD HH24:MI:SS'), timestamp: UTC, timestamptz: 'CURRENT_TIMESTAMP' }
const TODAY = { text: text('YYYY-MM-DD'), date: `${UTC}::date` }
const CLOCK = { text: text('HH24:MI:SS'), time: `${UTC}::time(0)` }

/** Keyed by the tokens of the expression, joined by one blank, words in small letters. */
const KNOWN: Record<string, Partial<Record<Kind, string>>> = {
  current_timestamp: NOW,
  current_date: TODAY,
  current_time: CLOCK,
  "datetime ( 'now' )": NOW,
  'datetime ( )': NOW,
  "date ( 'now' )": TODAY,
  'date ( )': TODAY,
  "time ( 'now' )": CLOCK,
  'time ( )': CLOCK,
  "strftime ( '%s' , 'now' )": { bigint: EPOCH, text: `(${EPOCH})::text` },
  'unixepoch ( )': { bigint: EPOCH },
  "unixepoch ( 'now' )": { bigint: EPOCH },
  "strftime ( '%Y-%m-%d %H:%M:%S' , 'now' )": NOW,
  "strftime ( '%Y-%m-%d %H:%M:%f' , 'now' )": { ...NOW, text: text('YYYY-MM-DD HH24:MI:SS.MS') },
  "strftime ( '%Y-%m-%dT%H:%M:%fZ' , 'now' )": {
    timestamptz: 'CURRENT_TIMESTAMP',
    text: text('YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  },
  "strftime ( '%Y-%m-%dT%H:%M:%SZ' , 'now' )": {
    timestamptz: 'CURRENT_TIMESTAMP',
    text: text('YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  },
  "strftime ( '%Y-%m-%d' , 'now' )": TODAY,
  // 122 of the 128 bits are random; nothing in PostgreSQL without an extension gives more.
  'hex ( randomblob ( 16 ) )': { text: `pg_catalog.upper(${HEX})`, uuid: 'pg_catalog.gen_random_uuid()' },
  'lower ( hex ( randomblob ( 16 ) ) )': { text: HEX, uuid: 'pg_catalog.gen_random_uuid()' },
}

/** Whether longhaul knows the expression at all. */
export function isKnown(spelling: string): boolean {
  return Object.hasOwn(KNOWN, spelling)
}

/** The expression in PostgreSQL's words for a column of this type; undefined where it would not give one. */
export function knownExpression(spelling: string, type: LogicalType): string | undefined {
  const row = isKnown(spelling) ? KNOWN[spelling] : undefined
  return row?.[type.kind === 'text' ? 'text' : (showType(type) as Kind)]
}
