/** Where and with what the trials were run. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { python, version } from './trials/programs.ts'

export function machine(): string {
  const [first] = cpus()
  const model = first?.model ? ` (${first.model.trim()})` : ''
  return `${cpus().length} cores${model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}${systemName()}`
}

function systemName(): string {
  try {
    const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
    return name ? `, ${name}` : ''
  } catch {
    return ''
  }
}

/** @param postgres the server's version */
export async function versions(postgres: string): Promise<Record<string, string>> {
  const found = {
    PostgreSQL: postgres,
    'Node.js': process.versions.node,
    sqlite3: await version('sqlite3'),
    psql: await version('psql'),
    pgloader: await version('pgloader'),
    ogr2ogr: await version('ogr2ogr'),
    psycopg2: await version(python(), ['-c', 'import psycopg2; print(psycopg2.__version__)']),
  }
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, text]) => (text ? [[name, numberIn(text)]] : [])),
  )
}

/** What follows the first digit, up to a comment on it; all of it where there is no number. */
const numberIn = (text: string) => /\d[^\s",(]*/.exec(text)?.[0] ?? text

/** The commit, and whether something was changed since. */
export function checkout(): string {
  try {
    const git = (...words: string[]) =>
      execFileSync('git', words, {
        encoding: 'utf8',
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    const changed = git('status', '--porcelain', '--untracked-files=no') ? ', and changes' : ''
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`
  } catch {
    return 'of no checkout'
  }
}
