/** What an export leaves where it fails, is taken over, is taken back twice, or finds the manifest of another. */
import assert from 'node:assert/strict'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { leaveTableOutOfFiles } from '../../../activities/into-files/finish-job.ts'
import { filesPath } from '../../../activities/into-files/place.ts'
import { checkTakeExportBack, takeExportBack } from '../../../activities/into-files/take-back.ts'
import { writeExport } from '../../../activities/into-files/write-job.ts'
import { fileTable } from '../../../ledger/in-file/schema.ts'
import { Failure } from '../../../model/failure.ts'
import type { Manifest } from '../../../model/files/manifest.ts'
import { begin, type Exporting, end, exporting, never, plan, silent } from './exporting.ts'

const NAMES = ['t1', 't2', 't3']
const THREE = NAMES.map(name => `CREATE TABLE ${name} (a); INSERT INTO ${name} VALUES (1), ('text');`).join(
  '',
)

const inLedger = ({ home }: Exporting, sql: string) => new Database(filesPath(home, 'r')).exec(sql).close()

const shown = (folder: string) => readdirSync(folder).filter(name => !name.startsWith('.'))

test('a file that has its name and gets no record loses the name, and is written again', async t => {
  const world = exporting(t)
  const place = await begin(world, { source: world.source(THREE), format: 'csv', to: 'out' })
  const full = `CREATE TRIGGER full BEFORE INSERT ON ${fileTable('chunk')} BEGIN SELECT RAISE(ABORT, 'full'); END`
  inLedger(world, full)
  await assert.rejects(writeExport({ home: world.home, place, budgetMs: 60_000 }, silent, never))
  assert.deepEqual(shown(join(world.folder, 'out')), [])
  inLedger(world, 'DROP TRIGGER full')
  const { exported, results } = await end(world, place, NAMES)
  assert.deepEqual(exported.failed, [])
  assert.ok(results.every(({ verdict }) => verdict === 'equal'))
})

test('an attempt that was outdated leaves what its successor writes, which ends with a rollback', async t => {
  const world = exporting(t)
  const place = await begin(world, { source: world.source(THREE), format: 'csv', to: 'out' })
  inLedger(world, `UPDATE ${fileTable('run')} SET epoch = epoch + 1`)
  const out = join(world.folder, 'out')
  const own = join(out, '.longhaul-r', String(BigInt(place.epoch) + 1n))
  mkdirSync(own, { recursive: true })
  const half = join(own, 't1.csv')
  writeFileSync(half, 'of the successor')
  linkSync(half, join(out, 't1.csv'))
  const outdated = writeExport({ home: world.home, place, budgetMs: 60_000 }, silent, never)
  await assert.rejects(outdated, { code: 'fenced' })
  assert.equal(readFileSync(half, 'utf8'), 'of the successor')
  await takeExportBack({ home: world.home, run: 'r' }, silent, never)
  assert.equal(existsSync(out), false)
})

test('a failure of the run in a file for one row names the folder alone', async t => {
  const world = exporting(t)
  const source = world.source(
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ann')",
  )
  const place = await begin(world, { source, format: 'xlsx', to: 'out', options: { per: 'people' } })
  const out = join(world.folder, 'out')
  const full = () => {
    const object = `file ${join(out, '.longhaul-r', place.epoch, 'Ann_1.xlsx')}`
    throw new Failure({ code: 'space', object, message: 'no space is left on the disk' })
  }
  const written = writeExport({ home: world.home, place, budgetMs: 60_000 }, full, never)
  await assert.rejects(written, ({ facts }: Failure) => {
    assert.deepEqual([facts.code, facts.object], ['space', `folder ${out}`])
    return true
  })
})

test('of a table that is skipped the file that was replaced comes back, and one that was changed stays', async t => {
  const world = exporting(t)
  const out = join(world.folder, 'out')
  mkdirSync(out)
  writeFileSync(join(out, 't2.csv'), 'old')
  const wishes = { ifExists: 'replace' as const }
  const place = await begin(world, { source: world.source(THREE), format: 'csv', to: 'out', wishes })
  await end(world, place, NAMES)
  writeFileSync(join(out, 't3.csv'), 'changed by somebody')
  for (const table of NAMES) await leaveTableOutOfFiles({ home: world.home, place, table }, silent, never)
  assert.deepEqual(readdirSync(out), ['longhaul.json', 't2.csv', 't3.csv'])
  assert.equal(readFileSync(join(out, 't2.csv'), 'utf8'), 'old')
  assert.equal(readFileSync(join(out, 't3.csv'), 'utf8'), 'changed by somebody')
})

test('a rollback that was killed while a file came back goes on', async t => {
  const world = exporting(t)
  const out = join(world.folder, 'out')
  mkdirSync(out)
  writeFileSync(join(out, 't2.csv'), 'old')
  const wishes = { ifExists: 'replace' as const }
  const place = await begin(world, { source: world.source(THREE), format: 'csv', to: 'out', wishes })
  await end(world, place, NAMES)
  const half = join(out, '.longhaul-r-back', '2')
  mkdirSync(join(out, '.longhaul-r-back'))
  writeFileSync(half, 'old')
  rmSync(join(out, 't2.csv'))
  linkSync(half, join(out, 't2.csv'))
  const asked = { home: world.home, run: 'r' }
  assert.deepEqual((await checkTakeExportBack(asked, silent)).warnings, [])
  assert.deepEqual((await takeExportBack(asked, silent, never))?.differences, [])
  assert.deepEqual(readdirSync(out), ['t2.csv'])
  assert.equal(readFileSync(join(out, 't2.csv'), 'utf8'), 'old')
})

test('files of an earlier export stay in the manifest, and are refused where it would say something else of them', async t => {
  const world = exporting(t)
  const source = world.source(THREE)
  const options = { null: 'NULL' }
  const to = { source, format: 'csv', to: 'out', options } as const
  await end(world, await begin(world, to), NAMES)
  const one = { ifExists: 'replace' as const, tables: ['t1'] }
  let runs = 0
  const found = async (wanted: object) =>
    (await plan(world, { ...to, run: `planned${++runs}`, wishes: one, ...wanted })).findings
      .filter(({ code }) => code === 'manifest-differs')
      .map(({ severity, message }) => `${severity}: ${message}`)
  const differ = 'refused: it names files that stay, and that were written with another'
  assert.deepEqual(await found({}), [])
  assert.deepEqual(await found({ options: { ...options, delimiter: ',', encoding: 'UTF8' } }), [])
  assert.deepEqual(await found({ options: {}, wishes: { ifExists: 'replace' } }), [])
  assert.deepEqual(await found({ options: { delimiter: ';' } }), [`${differ} delimiter, null`])
  assert.deepEqual(await found({ format: 'jsonl', options: {}, wishes: { ifExists: 'append' } }), [
    `${differ} format`,
  ])
  await end(world, await begin(world, { ...to, run: 'again', wishes: one }), ['t1'])
  const manifest = join(world.folder, 'out', 'longhaul.json')
  const { files, tables }: Manifest = JSON.parse(readFileSync(manifest, 'utf8'))
  assert.deepEqual(files.map(({ file }) => file).sort(), ['t1.csv', 't2.csv', 't3.csv'])
  assert.deepEqual(
    tables.map(({ rows }) => rows),
    [2, 2, 2],
  )
  writeFileSync(manifest, '{')
  assert.deepEqual(await found({}), ['refused: it is no list of files that longhaul wrote: it is no JSON'])
})
