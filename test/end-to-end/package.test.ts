/** The package as npm installs it elsewhere: no sources, no compiler, whichever Node.js the machine has. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { startPostgres } from '../support/postgres.ts'
import { scratchHome } from '../support/temporal.ts'
import { follow, type Said } from './cli.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'longhaul-package-'))
const { env: scratch, stop } = scratchHome()
after(async () => {
  await stop()
  rmSync(folder, { recursive: true, force: true })
})

/** As in a terminal: without the programs and settings that `npm test` puts around a script. */
const env = Object.fromEntries(Object.entries(scratch).filter(([name]) => !/^(npm_|NODE_TEST)/i.test(name)))
env.PATH = scratch
  .PATH!.split(delimiter)
  .filter(place => !place.includes('node_modules'))
  .join(delimiter)

const npm = (words: string[], cwd: string): Promise<Said> => follow('npm', words, { env, cwd })

/** What npm says where there is no way to the registry. */
const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|E50\d|network/

test('packed, installed in an empty folder, it says its version and migrates', async t => {
  const packed = await npm(['pack', '--json', '--pack-destination', folder], ROOT)
  assert.equal(packed.status, 0, packed.all)
  const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))!
  const app = join(folder, 'app')
  const words = [
    'install',
    '--prefix',
    app,
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    join(folder, tarball),
  ]
  const installed = await npm(words, folder)
  if (installed.status !== 0 && NO_REGISTRY.test(installed.err))
    return t.skip('the npm registry cannot be reached')
  assert.equal(installed.status, 0, installed.all)
  assert.deepEqual(readdirSync(join(app, 'node_modules', 'longhaul')).sort(), [
    'README.md',
    'bin',
    'dist',
    'docs',
    'package.json',
  ])

  const longhaul = (...given: string[]) =>
    follow('npx', ['--no-install', 'longhaul', ...given], { env, cwd: app })
  const version = await longhaul('--version')
  assert.equal(version.status, 0, version.all)
  assert.match(version.out, /^\d+\.\d+\.\d+\n$/)

  const server = await startPostgres()
  t.after(server.stop)
  const source = join(folder, 'app.db')
  const db = new Database(source)
  db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'one'), (2, NULL)`)
  db.close()
  const said = await longhaul('full', '--from', `sqlite:${source}`, '--to', server.url)
  assert.equal(said.status, 0, said.all)
  assert.match(said.out, /Complete and valid: one table, 2 rows/)
  // Its snapshot is held by processes of their own, which have to be in the package as well.
  const back = await longhaul('full', '--from', server.url, '--to', `sqlite:${join(folder, 'back.db')}`)
  assert.equal(back.status, 0, back.all)

  writeFileSync(
    join(app, 'program.mjs'),
    `import { EXIT, Failure, startMigration } from 'longhaul'; console.log(EXIT.refused, typeof startMigration)`,
  )
  const program = await follow('node', ['program.mjs'], { env, cwd: app })
  assert.equal(program.out, '3 function\n', program.all)
  assert.ok(existsSync(join(app, 'node_modules', 'longhaul', 'dist', 'client', 'index.d.ts')))
})
