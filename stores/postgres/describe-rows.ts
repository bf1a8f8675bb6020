/** Which tables hold rows. */
import type { Client } from 'pg'
import { literal, qualified } from './quote.ts'

/**
 * Tables asked in one statement. Each takes a lock on itself and on its indexes until the statement ends, out
 * of `max_locks_per_transaction` (64) for each connection the server allows.
 */
const AT_ONCE = 100

interface Candidate {
  name: string
  readable: boolean
}

/**
 * Names of the tables of a schema that hold rows. A table whose file is empty has none and is not asked; one
 * that may hold rows which the role cannot see (no right to read, row security) is taken to have some.
 */
export async function withRows(client: Client, schema: string): Promise<Set<string>> {
  const { rows: candidates } = await client.query<Candidate>(
    `SELECT c.relname::text AS name,
            has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) AS readable
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1
        AND (c.relkind = 'p' OR c.relkind = 'r' AND pg_relation_size(c.oid) > 0)`,
    [schema],
  )
  const found = new Set(candidates.filter(({ readable }) => !readable).map(({ name }) => name))
  const readable = candidates.filter(({ readable }) => readable).map(({ name }) => name)
  for (let i = 0; i < readable.length; i += AT_ONCE) {
    for (const name of await ask(client, schema, readable.slice(i, i + AT_ONCE))) found.add(name)
  }
  return found
}

async function ask(client: Client, schema: string, names: string[]): Promise<string[]> {
  const questions = names.map(
    name => `SELECT ${literal(name)} AS name WHERE EXISTS (SELECT FROM ${qualified(schema, name)})`,
  )
  const { rows } = await client.query<{ name: string }>(questions.join('\nUNION ALL\n'))
  return rows.map(({ name }) => name)
}
