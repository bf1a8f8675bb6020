/** Which objects of a source are its users': not those of the system, of extensions, or longhaul's own. */
import type { Client } from 'pg'
import { Failure } from '../../../model/failure.ts'
import { LEDGER_PREFIX, LEDGER_SCHEMA, LEDGER_TABLES } from '../../../model/ledger-names.ts'
import { quoteText } from '../../../model/sql-text.ts'

/**
 * The schemas that are migrated, by name: those named with commas between, or with `*` all of users. Fails with `source`
 * where a named one is not there.
 */
export async function schemasOf(client: Client, wanted: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT n.nspname::text AS name
       FROM pg_catalog.pg_namespace n
      WHERE n.nspname !~ '^pg_' AND n.nspname !~ '^${LEDGER_SCHEMA}(_aside_[0-9a-f]{8})?$'
        AND n.nspname <> 'information_schema'
        AND ${notOfExtension('pg_namespace', 'n.oid')}
      ORDER BY n.nspname COLLATE "C"`,
  )
  const there = rows.map(({ name }) => name)
  if (wanted === '*') return there
  const named = new Set(wanted.split(',').map(name => name.trim()))
  const missing = [...named].filter(name => !there.includes(name))
  if (missing.length > 0) throw noSuchSchema(missing)
  return there.filter(name => named.has(name))
}

const noSuchSchema = (names: string[]) =>
  new Failure({
    code: 'source',
    object: `schema ${names.map(name => `"${name}"`).join(', ')}`,
    message: 'is not in the source database, or belongs to the system or an extension',
    remedy: 'Correct ?schema=… in --from, or leave it out for all schemas',
  })

/** In SQL: that an object, the `oid` of a catalog, is not part of an extension. */
export const notOfExtension = (catalog: string, oid: string): string => `
  NOT EXISTS (SELECT FROM pg_catalog.pg_depend x
               WHERE x.classid = 'pg_catalog.${catalog}'::regclass AND x.objid = ${oid}
                 AND x.refclassid = 'pg_catalog.pg_extension'::regclass AND x.deptype = 'e')`

/** In SQL: that a relation `c` is no table of a ledger that has no schema of its own. */
export const NOT_OURS = `c.relname::text <> ALL (ARRAY[${LEDGER_TABLES.map(table => quoteText(LEDGER_PREFIX + table)).join(', ')}])`
