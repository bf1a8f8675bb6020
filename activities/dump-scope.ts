/** What of a database is in its dump: all of it but our own records, where nobody else's are among them. */

import { tableName } from '../ledger/schema.ts'
import { LEDGER_TABLES } from '../model/ledger-names.ts'
import type { Relation } from '../stores/postgres/fingerprint.ts'
import { ident } from '../stores/postgres/quote.ts'
import type { Target } from './target.ts'

export interface DumpScope {
  /** The ledger's tables, where they are left out. */
  relations: Relation[]
  /** For `pg_dump`. */
  words: string[]
}

/** Records of earlier runs belong to the state before; then the whole ledger is dumped, this run's row as well. */
export async function ledgerLeftOut({ client, ledger, token }: Target): Promise<DumpScope> {
  const { rows: others } = await client.query(
    `SELECT EXISTS (SELECT FROM ${tableName(ledger, 'run')} WHERE id <> $1) AS earlier`,
    [token.run],
  )
  if (others[0].earlier) return { relations: [], words: [] }
  const relations = LEDGER_TABLES.map(table => ({ schema: ledger.schema, name: `${ledger.prefix}${table}` }))
  const { rows: shared } = await client.query(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c
                     WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident($1))
                       AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> ALL ($2)) AS others`,
    [ledger.schema, relations.map(({ name }) => name)],
  )
  const whole = ledger.prefix === '' && !shared[0].others
  const words = whole
    ? [`--exclude-schema=${ident(ledger.schema)}`]
    : relations.map(({ schema, name }) => `--exclude-table=${ident(schema)}.${ident(name)}`)
  return { relations, words }
}
