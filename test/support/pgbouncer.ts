/** A real PgBouncer before a server of ours, in a temporary folder, as a user who is not root. */
import { spawn } from 'node:child_process'
import { chownSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { childEnvironment, isProgram, onPath } from '../../worker/executable.ts'
import { freePort } from '../../worker/ports.ts'
import { unprivileged } from './cluster-template.ts'
import { guard } from './watchdog.ts'

export interface Pool {
  /** That of the server, by way of the pool. */
  url: string
  /** Lets the role of a URL of that server log in as well, and gives its URL through the pool. */
  admit(login: string): Promise<string>
  /** From now on it leads to another server. */
  leadTo(server: string): void
  /** What it wrote to its log. */
  log(): string
  stop(): Promise<void>
}

/** Whether PgBouncer is on this machine. */
export const hasPgBouncer = (): boolean => program() !== undefined

const program = () => onPath('pgbouncer') ?? ['/usr/sbin/pgbouncer'].find(isProgram)

/** Each transaction gets another session; nothing is set beyond what cannot be left out. */
export async function startPgBouncer(
  server: string,
  settings: Record<string, string | number> = {},
): Promise<Pool> {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-pool-'))
  const own = await freePort()
  const roles = new Map<string, string>()
  const through = (url: string) => Object.assign(new URL(url), { port: `${own}` }).href
  const note = (login: string) => {
    const { username, password } = new URL(login)
    roles.set(decodeURIComponent(username), decodeURIComponent(password))
    const lines = [...roles].map(([role, password]) => `"${role}" "${password}"\n`)
    writeFileSync(join(folder, 'users'), lines.join(''))
  }
  note(server)
  const configuration = {
    ...{ listen_addr: '127.0.0.1', listen_port: own, unix_socket_dir: '', pool_mode: 'transaction' },
    ...{ auth_type: 'scram-sha-256', auth_file: join(folder, 'users'), pidfile: join(folder, 'pid') },
    ...{ default_pool_size: 4, max_client_conn: 100 },
    ...settings,
  }
  const lines = Object.entries(configuration).map(([name, value]) => `${name} = ${value}`)
  const lead = (to: string) => {
    const { hostname, port } = new URL(to)
    const databases = `[databases]\n* = host=${hostname} port=${port}\n`
    writeFileSync(join(folder, 'ini'), `${databases}[pgbouncer]\n${lines.join('\n')}\n`)
  }
  lead(server)
  const owner = unprivileged()
  if (owner)
    for (const path of [folder, join(folder, 'users'), join(folder, 'ini')])
      chownSync(path, owner.uid, owner.gid)
  const log = openSync(join(folder, 'log'), 'a', 0o600)
  const bouncer = spawn(program()!, [join(folder, 'ini')], {
    ...{ ...owner, cwd: folder, env: childEnvironment(), stdio: ['ignore', log, log] },
  })
  const watchdog = guard({ kind: 'pool', folder })
  bouncer.unref()
  const read = () => readFileSync(join(folder, 'log'), 'utf8')
  const answers = (url: string) => answering(url, () => bouncer.exitCode !== null, read)
  await answers(through(server))
  return {
    ...{ url: through(server), log: read },
    admit: async login => {
      note(login)
      bouncer.kill('SIGHUP')
      await answers(through(login))
      return through(login)
    },
    leadTo: to => {
      lead(to)
      bouncer.kill('SIGHUP')
    },
    stop: watchdog.end,
  }
}

async function answering(url: string, isOver: () => boolean, log: () => string): Promise<void> {
  for (const end = Date.now() + 20_000; ; await sleep(30)) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      return await client.end()
    } catch {
      if (isOver() || Date.now() > end) throw new Error(`PgBouncer did not start: ${log().slice(-1000)}`)
    }
  }
}
