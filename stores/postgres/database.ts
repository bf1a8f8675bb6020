/** A database as a whole: what it is besides its content, who is in it, and one that takes its place. */
import type { Client } from 'pg'
import { toFailure } from '../../sessions/errors.ts'
import { ident, literal } from './quote.ts'
import { sameKind } from './scratch.ts'

/** What a dump of the content does not bring back. */
export interface DatabaseFacts {
  name: string
  /** Tells it from another one of its name. */
  oid: string
  /** For CREATE DATABASE: encoding, locale, tablespace, owner, limit of connections. */
  words: string[]
  /** Rights, settings and the comment, as statements about the database of the given name. */
  properties: string[]
}

/** Of the database of the session. */
export async function databaseFacts(client: Client): Promise<DatabaseFacts> {
  const { rows } = await client.query<{
    name: string
    oid: string
    owner: string
    tablespace: string
    limit: number
    comment: string | null
    public: boolean | null
  }>(
    `SELECT d.datname::text AS name, d.oid::text AS oid, d.datdba::regrole::text AS owner, t.spcname::text AS tablespace, d.datconnlimit AS limit,
            shobj_description(d.oid, 'pg_database') AS comment, d.datacl IS NOT NULL AS public
       FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = current_database()`,
  )
  const { name, oid, owner, tablespace, limit, comment, public: rights } = rows[0]!
  return {
    name,
    oid,
    words: [
      ...(await sameKind(client)),
      `OWNER ${owner}`,
      `TABLESPACE ${ident(tablespace)}`,
      `CONNECTION LIMIT ${limit}`,
    ],
    properties: [
      ...(rights ? await grants(client) : [`GRANT CONNECT, TEMPORARY ON DATABASE ${NAME} TO PUBLIC`]),
      ...(await settings(client)),
      ...(comment === null ? [] : [`COMMENT ON DATABASE ${NAME} IS ${literal(comment)}`]),
    ],
  }
}

/** Stands for the database in a statement; no name of one can hold it. */
const NAME = '\0'

/** Gives a database the properties of another one; returns in words what the role may not. */
export async function giveProperties(
  { properties }: DatabaseFacts,
  client: Client,
  name: string,
): Promise<string[]> {
  const refused: string[] = []
  for (const sql of properties) {
    try {
      await client.query(sql.replaceAll(NAME, ident(name)))
    } catch (error) {
      const what = sql.replaceAll(NAME, '').split(' ').slice(0, 3).join(' ')
      const { code, message } = toFailure(error, { doing: `repeat ${what} for the database` }).facts
      if (code !== 'target') throw error
      refused.push(message)
    }
  }
  return refused
}

async function grants(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('GRANT %s ON DATABASE %s TO %s%s', a.privilege_type, $1::text,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS line
       FROM pg_database d, aclexplode(d.datacl) AS a
      WHERE d.datname = current_database() AND a.grantee <> d.datdba`,
    ['@'],
  )
  return [
    `REVOKE ALL ON DATABASE ${NAME} FROM PUBLIC`,
    ...rows.map(({ line }) => line.replace(' ON DATABASE @ TO ', ` ON DATABASE ${NAME} TO `)),
  ]
}

/** Settings whose value is a list of names, kept with their quotes. Source: PostgreSQL's GUC_LIST_QUOTE. */
const LISTS = new Set([
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
])

async function settings(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ role: string | null; setting: string }>(
    `SELECT CASE s.setrole WHEN 0 THEN NULL ELSE s.setrole::regrole::text END AS role, unnest(s.setconfig) AS setting
       FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()`,
  )
  return rows.map(({ role, setting }) => {
    const at = setting.indexOf('=')
    const [name, value] = [setting.slice(0, at), setting.slice(at + 1)]
    const whose = role === null ? `DATABASE ${NAME}` : `ROLE ${role} IN DATABASE ${NAME}`
    const quoted = name.split('.').map(ident).join('.')
    return `ALTER ${whose} SET ${quoted} TO ${LISTS.has(name) && value !== '' ? value : literal(value)}`
  })
}

/** Why the role may not replace the database of the session, in words. */
export async function mayReplace(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ may: boolean; owns: boolean }>(
    `SELECT r.rolsuper OR r.rolcreatedb AS may, r.rolsuper OR pg_has_role(d.datdba, 'USAGE') AS owns
       FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()`,
  )
  const { may, owns } = rows[0]!
  if (!owns) return 'the role does not own the database'
  return may ? undefined : 'the role may not create databases'
}

/** How many sessions of others are in a database; those of longhaul are not counted. */
export async function othersIn(client: Client, name: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND application_name !~ '^longhaul'`,
    [name],
  )
  return rows[0]!.n
}

/** Undefined where there is none of that name. */
export async function databaseOid(client: Client, name: string): Promise<string | undefined> {
  const { rows } = await client.query<{ oid: string }>(
    'SELECT oid::text AS oid FROM pg_database WHERE datname = $1',
    [name],
  )
  return rows[0]?.oid
}

/** Makes it empty, and drops what a killed attempt has left of it; `giveProperties` opens it to others. */
export async function createLike({ words }: DatabaseFacts, client: Client, name: string): Promise<void> {
  await dropDatabase(client, name)
  try {
    await client.query(`CREATE DATABASE ${ident(name)} TEMPLATE template0 ${words.join(' ')}`)
    // Closed to others until it has the rights of the old one.
    await client.query(`REVOKE ALL ON DATABASE ${ident(name)} FROM PUBLIC`)
  } catch (error) {
    throw toFailure(error, { object: `database ${name}`, doing: 'make the database' })
  }
}

/** With every session in it. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  try {
    await client.query(`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`)
  } catch (error) {
    throw toFailure(error, { object: `database ${name}`, doing: 'drop the database' })
  }
}
