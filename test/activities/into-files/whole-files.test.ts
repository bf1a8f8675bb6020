/** Files of an export: which rows go where, each is there whole and once, and all of them can be taken back. */
import assert from 'node:assert/strict'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { checkTakeExportBack, takeExportBack } from '../../../activities/into-files/take-back.ts'
import { writeExport } from '../../../activities/into-files/write-job.ts'
import type { Manifest } from '../../../model/files/manifest.ts'
import { begin, end, exporting, never, plan, silent } from './exporting.ts'

const DICTIONARIES = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
  INSERT INTO users VALUES (1, 'a@example.org');
  CREATE TABLE dictionaries (id INTEGER PRIMARY KEY, Title TEXT, owner REFERENCES users, parent REFERENCES dictionaries);
  INSERT INTO dictionaries VALUES (1, 'Patients / 2024', 1, NULL), (2, NULL, 1, 1), (3, 'patients / 2024', NULL, 2), (4, 'CON', 9, NULL);
  CREATE TABLE fields (dictionary INTEGER REFERENCES dictionaries, name TEXT COLLATE NOCASE, PRIMARY KEY (dictionary, name)) WITHOUT ROWID;
  INSERT INTO fields VALUES (1, 'a'), (1, 'b'), (2, 'a'), (3, 'a');
  CREATE TABLE notes (id INTEGER PRIMARY KEY, dictionary, field, above REFERENCES notes,
                      FOREIGN KEY (dictionary, field) REFERENCES fields (dictionary, name));
  INSERT INTO notes VALUES (1, 1, 'A', NULL), (2, NULL, NULL, 1), (3, NULL, NULL, 2), (4, 2, 'a', 1), (5, NULL, NULL, NULL), (6, 8, 'a', NULL);`
const TABLES = ['users', 'dictionaries', 'fields', 'notes']

const PER = { format: 'xlsx', to: 'books', options: { per: 'dictionaries' } } as const

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'longhaul.json'), 'utf8'))

test('each row of a table has a workbook with all that belongs to it, and what belongs to none has one more', async t => {
  const world = exporting(t)
  const source = world.source(DICTIONARIES)
  const { findings } = await plan(world, { source, ...PER, run: 'planned' })
  const [shared] = findings.filter(({ code }) => code === 'rows-of-several-files')
  assert.match(`${shared?.object}: ${shared?.message}`, /^table notes: 1 row of it belongs to several files/)
  const place = await begin(world, { source, ...PER })
  const { exported, results } = await end(world, place, TABLES)
  assert.deepEqual(
    results.map(({ verdict, error }) => [verdict, error]),
    TABLES.map(() => ['equal', undefined]),
  )
  assert.deepEqual(exported.files, [
    'Patients_-_2024_1.xlsx',
    'dictionaries_2.xlsx',
    'patients_-_2024_3.xlsx',
    'CON_4.xlsx',
    'other-tables.xlsx',
  ])
  const rows = manifestOf(join(world.folder, 'books')).files.map(({ rows }) => rows)
  assert.deepEqual(rows, [
    { dictionaries: 1, fields: 2, notes: 3 },
    { dictionaries: 1, fields: 1, notes: 1 },
    { dictionaries: 1, fields: 1, notes: 0 },
    { dictionaries: 1, fields: 0, notes: 0 },
    { users: 1, notes: 2 },
  ])
})

test('of a file that has the name of a row only its number is told, and it is written alone by a run of its own', async t => {
  const world = exporting(t)
  const source = world.source(DICTIONARIES)
  const place = await begin(world, { source, ...PER })
  const inTheWay = join(world.folder, 'books', 'Patients_-_2024_1.xlsx')
  writeFileSync(inTheWay, 'of somebody else')
  const { lines } = await end(world, place, TABLES)
  assert.match(lines.join(), /^file 1 of 5: failed: a file of this name is there/)
  rmSync(inTheWay)
  const wishes = { again: { run: 'r', what: 'failed' as const }, ifExists: 'append' as const }
  const again = await begin(world, { source, ...PER, run: 'again', wishes })
  const { exported, results } = await end(world, again, TABLES)
  assert.deepEqual(exported.files, ['Patients_-_2024_1.xlsx'])
  assert.deepEqual(
    results.map(({ name, written, verdict }) => [name, written, verdict]),
    [
      ['dictionaries', 1, 'equal'],
      ['notes', 3, 'equal'],
      ['fields', 2, 'equal'],
    ],
  )
  assert.equal(manifestOf(join(world.folder, 'books')).files.length, 5)
})

const TABLE = (n: number) => `CREATE TABLE t${n} (a); INSERT INTO t${n} VALUES (${n}), ('text');`
const FIVE = [1, 2, 3, 4, 5].map(TABLE).join('')
const NAMES = ['t1', 't2', 't3', 't4', 't5']

test('an export that is stopped in a file goes on with that one, and leaves the others as they are', async t => {
  const world = exporting(t)
  const place = await begin(world, { source: world.source(FIVE), format: 'csv', to: 'out' })
  const stop = new AbortController()
  const inThird = (detail: unknown) => {
    if ((detail as { file?: number }).file === 3) stop.abort()
  }
  const job = { home: world.home, place, budgetMs: 60_000 }
  await assert.rejects(writeExport(job, inThird, stop.signal).then(({ more }) => assert.ok(!more)))
  const out = join(world.folder, 'out')
  const before = statSync(join(out, 't1.csv')).ino
  const visible = () => readdirSync(out).filter(name => !name.startsWith('.'))
  assert.ok(!visible().includes('t4.csv'))
  // An earlier epoch was killed between the name of a file and its record.
  const half = join(out, '.longhaul-r', '0', 't4.csv')
  mkdirSync(dirname(half))
  writeFileSync(half, 'half')
  linkSync(half, join(out, 't4.csv'))
  const { exported, results, lines } = await end(world, place, NAMES)
  assert.deepEqual([exported.failed, lines], [[], []])
  assert.deepEqual(
    results.map(({ verdict, written }) => [verdict, written]),
    NAMES.map(() => ['equal', 2]),
  )
  assert.equal(statSync(join(out, 't1.csv')).ino, before)
  assert.equal(readFileSync(join(out, 't4.csv'), 'utf8').split(/\r?\n/)[1], '4')
  assert.deepEqual(readdirSync(out).sort(), ['longhaul.json', ...NAMES.map(name => `${name}.csv`)])
  for (const name of readdirSync(out)) assert.equal(statSync(join(out, name)).mode & 0o777, 0o600)
})

test('a file of others that came meanwhile stays, the others are written, and what failed is written by a run of its own', async t => {
  const world = exporting(t)
  const source = world.source(FIVE)
  const place = await begin(world, { source, format: 'jsonl', to: 'out' })
  const out = join(world.folder, 'out')
  writeFileSync(join(out, 't2.jsonl'), 'of somebody else')
  const { exported, lines, results } = await end(world, place, NAMES)
  assert.deepEqual(
    exported.failed.map(({ file }) => file),
    ['t2.jsonl'],
  )
  assert.match(lines.join(), /^file t2.jsonl: failed: a file of this name is there/)
  assert.deepEqual(results.map(({ name, verdict }) => `${name} ${verdict}`).sort(), [
    't1 equal',
    't2 different',
    't3 equal',
    't4 equal',
    't5 equal',
  ])
  assert.equal(readFileSync(join(out, 't2.jsonl'), 'utf8'), 'of somebody else')
  assert.deepEqual(
    manifestOf(out).files.map(({ file }) => file),
    ['t1.jsonl', 't3.jsonl', 't4.jsonl', 't5.jsonl'],
  )
  rmSync(join(out, 't2.jsonl'))
  const wishes = { again: { run: 'r', what: 'failed' as const }, ifExists: 'append' as const }
  const again = await begin(world, { source, format: 'jsonl', to: 'out', run: 'again', wishes })
  const second = await end(world, again, NAMES)
  assert.deepEqual(
    [second.exported.files, second.results.map(({ verdict }) => verdict)],
    [['t2.jsonl'], ['equal']],
  )
  assert.equal(manifestOf(out).files.length, 5)
})

test('what is there is refused by name, or kept aside and put back', async t => {
  const world = exporting(t)
  const source = world.source(FIVE)
  const out = join(world.folder, 'out')
  mkdirSync(out)
  writeFileSync(join(out, 't3.csv'), 'old')
  const to = { source, format: 'csv', to: 'out' } as const
  const { findings } = await plan(world, { ...to, run: 'refused' })
  assert.deepEqual(
    findings.map(({ code, severity, object }) => [code, severity, object]),
    [['file-exists', 'refused', `file ${join(out, 't3.csv')}`]],
  )
  const place = await begin(world, { ...to, wishes: { ifExists: 'replace' } })
  const { results } = await end(world, place, NAMES)
  assert.ok(results.every(({ verdict }) => verdict === 'equal'))
  const asked = { home: world.home, run: 'r' }
  writeFileSync(join(out, 't5.csv'), 'changed by somebody')
  const { safe, warnings } = await checkTakeExportBack(asked, silent)
  assert.equal(safe, true)
  assert.match(warnings.join(), /file 5 of 5 has been changed since, and stays/)
  const back = await takeExportBack(asked, silent, never)
  assert.deepEqual([back?.undone, back?.differences.length], [5, 1])
  assert.deepEqual(readdirSync(out), ['t3.csv', 't5.csv'])
  assert.deepEqual(
    ['t3.csv', 't5.csv'].map(name => readFileSync(join(out, name), 'utf8')),
    ['old', 'changed by somebody'],
  )
})

test('a folder that the run has made goes with it', async t => {
  const world = exporting(t)
  const place = await begin(world, {
    source: world.source(FIVE),
    format: 'json',
    to: 'new/deep',
    options: { dated: true },
  })
  await end(world, place, NAMES)
  const [dated] = readdirSync(join(world.folder, 'new', 'deep'))
  assert.match(dated!, /^2026010[123]-\d{6}$/)
  await takeExportBack({ home: world.home, run: 'r' }, silent, never)
  assert.equal(existsSync(join(world.folder, 'new')), false)
})
