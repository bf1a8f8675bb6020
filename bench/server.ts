/** The PostgreSQL of the trials: its own, with its default settings and fsync, in the system's temporary folder. */
import pg from 'pg'
import { startPostgres } from '../test/support/postgres.ts'

export interface Server {
  /** The postmaster. */
  pid: number
  version: string
  binDir: string
  /** PGHOST, PGPORT, PGUSER, PGPASSWORD. */
  env: NodeJS.ProcessEnv
  /** URL of a database, without the password. */
  url(database: string): string
  /** Work in a session of a superuser. */
  session<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T>
  /** An empty database; what others left is on disk by then. */
  create(database: string): Promise<void>
  drop(database: string): Promise<void>
  stop(): Promise<void>
}

/** `max_wal_size` as PostgreSQL has it: tests raise it. */
const SETTINGS = { fsync: 'on', max_wal_size: '1GB' }

export async function startServer(): Promise<Server> {
  const { cluster, stop } = await startPostgres({
    own: true,
    settings: SETTINGS,
    initdb: ['--locale=C.UTF-8'],
  })
  const { hostname, port, username, password } = new URL(cluster!.url)
  const login = { host: hostname, port: Number(port), user: username, password: decodeURIComponent(password) }
  const session: Server['session'] = async (database, work) => {
    const client = new pg.Client({ ...login, database })
    client.on('error', () => {})
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  return {
    ...{ pid: cluster!.pid(), binDir: cluster!.binDir, session, stop },
    version: await session(
      'postgres',
      async client => (await client.query('SHOW server_version')).rows[0].server_version,
    ),
    env: { PGHOST: login.host, PGPORT: port, PGUSER: login.user, PGPASSWORD: login.password },
    url: database => `postgresql://${username}@${hostname}:${port}/${database}`,
    create: database =>
      session('postgres', async client => {
        await client.query(`CREATE DATABASE ${database}`)
        await client.query('CHECKPOINT')
      }),
    drop: database =>
      session(
        'postgres',
        async client => void (await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)),
      ),
  }
}
