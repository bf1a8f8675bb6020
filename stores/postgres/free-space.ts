/** Room on the disk of a server, where it can be seen at all. */
import { statfsSync } from 'node:fs'
import type { Client } from 'pg'

/**
 * Bytes free where the server's data lies. PostgreSQL tells nobody how much room it has; where it runs on this
 * machine and lets the role see its folder, the file system does. Undefined everywhere else.
 */
export async function freeBytes(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ here: boolean; folder: string | null }>(
    `SELECT coalesce(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true) AS here,
            (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS folder`,
  )
  const { here, folder } = rows[0]!
  if (!here || !folder) return undefined
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}
