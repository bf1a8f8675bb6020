/** A database in which a dump is restored for proof, and that is gone afterwards. */
import type { Client } from 'pg'
import { isServerError, toFailure } from '../../sessions/errors.ts'
import { ident, literal } from './quote.ts'

/** One for each run: an attempt after a killed one finds it again. */
export const scratchName = (run: string) => `longhaul_scratch_${run.replaceAll('-', '')}`

/** Whether the role may make databases, in words where it may not. */
export async function noScratch(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT rolsuper OR rolcreatedb AS may FROM pg_catalog.pg_roles WHERE rolname = current_user`,
  )
  return rows[0]?.may ? undefined : 'the role may not create databases'
}

/**
 * Makes it empty, with the encoding and the locale of the database of the session, and closed to everybody else: the
 * target may be closed to roles that the tables in it are open to. One that is left from before is dropped. False where
 * the server does not let us.
 */
export async function createScratch(client: Client, run: string): Promise<boolean> {
  await dropScratch(client, run)
  const words = await sameKind(client)
  try {
    await client.query(`CREATE DATABASE ${ident(scratchName(run))} TEMPLATE template0 ${words.join(' ')}`)
    await client.query(`REVOKE ALL ON DATABASE ${ident(scratchName(run))} FROM PUBLIC`)
    return true
  } catch (error) {
    // Not the right, no room, a limit of the provider: the dump is proven otherwise.
    if (isServerError(error)) return false
    throw toFailure(error, { doing: 'make a database for proving the dump' })
  }
}

/** Words for CREATE DATABASE: encoding and locale of the database of the session. */
export async function sameKind(client: Client): Promise<string[]> {
  const { rows } = await client.query<Record<string, string | null>>(
    `SELECT pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype,
            pg_catalog.to_jsonb(d) ->> 'datlocprovider' AS provider,
            coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') AS locale
       FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()`,
  )
  const { encoding, datcollate, datctype, provider, locale } = rows[0]!
  return [
    `ENCODING ${literal(encoding!)}`,
    `LC_COLLATE ${literal(datcollate!)}`,
    `LC_CTYPE ${literal(datctype!)}`,
    ...(provider === 'i' ? [`LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale!)}`] : []),
    ...(provider === 'b' ? [`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale!)}`] : []),
  ]
}

/** Drops what a killed attempt may have left, with whoever is still at work in it. */
export async function dropScratch(client: Client, run: string): Promise<void> {
  try {
    await client.query(`DROP DATABASE IF EXISTS ${ident(scratchName(run))} WITH (FORCE)`)
  } catch (error) {
    throw toFailure(error, { object: `database ${scratchName(run)}`, doing: 'drop it' })
  }
}
