/** How often another server has taken over before this one. */
import type { Client } from 'pg'

/** The timeline that a primary writes; undefined where the server does not tell. */
export async function timelineOf(client: Client): Promise<number | 'standby' | undefined> {
  try {
    const { rows } = await client.query<{ timeline: number | null }>(TIMELINE)
    return rows[0]!.timeline ?? 'standby'
  } catch {
    // Some providers have no such function, or keep it from the role.
    return undefined
  }
}

/** The first eight digits of a log file's name, in hexadecimal. */
const TIMELINE = `
  SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN
           ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8))::bit(32)::int
         END AS timeline`
