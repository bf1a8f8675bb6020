/**
 * The demo: a realistic SQLite database, a scratch PostgreSQL, and the very command a user would type. The
 * source is made once and kept; PostgreSQL is gone afterwards.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { homeFolder, makeFolder } from '../../home/home.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { makeSource } from './make-source.ts'

const source = join(makeFolder(join(homeFolder(), 'demo')), 'two-truths.db')
if (!existsSync(source)) {
  console.log(`Making ${source} …`)
  makeSource(source)
}

console.log('Starting a scratch PostgreSQL …')
const postgres = await startPostgres({ settings: { fsync: 'on' } })
const args = ['full', '--from', `sqlite:${source}`, '--to', withoutPassword(postgres.url)]
console.log(`\n$ npx longhaul ${args.join(' ')}\n`)
try {
  process.exitCode = await run(args, new URL(postgres.url).password)
} finally {
  await postgres.stop()
}

function withoutPassword(text: string): string {
  const url = new URL(text)
  url.password = ''
  return url.href
}

function run(words: string[], password: string): Promise<number> {
  const longhaul = fileURLToPath(new URL('../../bin/longhaul.mjs', import.meta.url))
  const env = { ...process.env, PGPASSWORD: decodeURIComponent(password) }
  const child = spawn(process.execPath, [longhaul, ...words], { stdio: 'inherit', env })
  // Ctrl-C reaches the command as well, which says how to go on; the demo only cleans up after it.
  process.on('SIGINT', () => {})
  return new Promise(resolve => child.once('exit', code => resolve(code ?? 130)))
}
