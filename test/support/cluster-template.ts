/**
 * A data folder of PostgreSQL is made once for all tests of a checkout (0.6 s of CPU) and copied for each server.
 * So the superuser's password is the same for all of them; it and the folders are nobody else's to read.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { childEnvironment, versionOf } from '../../worker/executable.ts'

const run = promisify(execFile)
const TEMPLATES = fileURLToPath(new URL('../../node_modules/.cache/clusters/', import.meta.url))

export interface User {
  uid: number
  gid: number
}

/**
 * Copies the data folder of a new cluster to a path; returns the superuser's password, which is asked for on every
 * connection. Copies of one template have the same system identifier.
 *
 * @param more words for `initdb`
 */
export async function copyCluster(binDir: string, to: string, more: string[]): Promise<string> {
  const template = await templateOf(binDir, more)
  await run('cp', ['-a', join(template, 'data'), to])
  return readFileSync(join(template, 'password'), 'utf8')
}

async function templateOf(binDir: string, more: string[]): Promise<string> {
  const initdb = join(binDir, 'initdb')
  const owner = unprivileged()
  const about = JSON.stringify([initdb, await versionOf(initdb), more, owner?.uid])
  const template = join(TEMPLATES, createHash('sha256').update(about).digest('hex').slice(0, 16))
  if (!existsSync(template)) await makeTemplate(initdb, template, owner, more)
  return template
}

/** Under its name only when it is whole; another test may have been faster. */
async function makeTemplate(initdb: string, template: string, owner: User | undefined, more: string[]) {
  // Not in the checkout, which the owner may not be able to read.
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-initdb-'))
  mkdirSync(TEMPLATES, { recursive: true, mode: 0o700 })
  const made = mkdtempSync(join(TEMPLATES, 'making-'))
  try {
    await initialise(initdb, folder, owner, more)
    await run('cp', ['-a', join(folder, 'data'), join(folder, 'password'), made])
    renameSync(made, template)
  } catch (error) {
    if (!existsSync(template)) throw error
  } finally {
    for (const left of [folder, made]) rmSync(left, { recursive: true, force: true })
  }
}

async function initialise(initdb: string, folder: string, owner: User | undefined, more: string[]) {
  const file = join(folder, 'password')
  writeFileSync(file, randomBytes(12).toString('base64url'), { mode: 0o600 })
  if (owner) for (const path of [folder, file]) chownSync(path, owner.uid, owner.gid)
  const login = ['--username=longhaul', `--pwfile=${file}`, '--auth=scram-sha-256']
  const words = ['-D', join(folder, 'data'), ...login, '--encoding=UTF8', '--locale=C', '--no-sync', ...more]
  await run(initdb, words, { ...owner, cwd: folder, env: childEnvironment() })
}

/** PostgreSQL refuses to run as root; `postgres` or `nobody` it may be. */
export function unprivileged(): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map(line => line.split(':'))
  const fields = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (!fields)
    throw new Error('running as root, and there is no user `postgres` or `nobody` to run PostgreSQL as')
  return { uid: Number(fields[2]), gid: Number(fields[3]) }
}
