/** Files into a stage and its image: each file whole or not at all, whatever is wrong with another one. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { FileFormat } from '../../../model/files/options.ts'
import type { Wishes } from '../../../model/files/wish.ts'
import { stageAgain } from '../../../stores/stage/again.ts'
import { type FilesInput, stageFiles } from '../../../stores/stage/files.ts'
import { typedImage } from '../../../stores/stage/image.ts'
import { settleStage } from '../../../stores/stage/settle.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-stage-'))
after(() => rmSync(home, { recursive: true, force: true }))
const wanted = new AbortController().signal

interface Scene {
  folder: string
  stage: string
  image: string
  rejected: string
}

function scene(files: Record<string, string | Buffer>): Scene {
  const folder = mkdtempSync(join(home, 'files-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const place = mkdtempSync(join(home, 'run-'))
  return {
    folder,
    ...{ stage: join(place, 'stage.db'), image: join(place, 'snapshot.db') },
    rejected: join(place, 'rejected.jsonl'),
  }
}

const lay = (
  { folder, stage }: Scene,
  more: Partial<FilesInput> = {},
  format: FileFormat = 'csv',
): ReturnType<typeof stageFiles> =>
  stageFiles(
    { stage, source: { kind: 'files', format, path: folder, host: 'here', options: {} }, ...more },
    () => {},
    wanted,
  )

/** The image, its findings and counts. */
function settle({ stage, image, rejected }: Scene, wishes: Wishes = {}) {
  const told = typedImage({ stage, image, wishes }, () => {}, wanted)
  const { intake, findings } = settleStage({ stage, rejected })
  return { intake, codes: [...told, ...findings].map(({ code, object }) => `${code} ${object}`) }
}

function rows(path: string, sql: string): unknown[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).raw().all()
  } finally {
    db.close()
  }
}

const lines = (...all: string[]) => `${all.join('\n')}\n`

test('the types of a table are those of all its values', async () => {
  const one = scene({
    'users.csv': lines('id,name,paid,zip,at', '1,Ann,true,00123,2024-01-05', '2,Bob,false,7,'),
  })
  await lay(one)
  const { intake, codes } = settle(one)
  assert.deepEqual(rows(one.image, 'SELECT * FROM users'), [
    [1, 'Ann', 1, '00123', '2024-01-05'],
    [2, 'Bob', 0, '7', null],
  ])
  assert.deepEqual(rows(one.image, `SELECT name, type FROM pragma_table_info('users')`), [
    ['id', 'INTEGER'],
    ['name', 'TEXT'],
    ['paid', 'BOOLEAN'],
    ['zip', 'TEXT'],
    ['at', 'DATE'],
  ])
  assert.deepEqual(codes, [])
  assert.equal(intake.tables[0]!.written, 2)
  assert.equal(statSync(one.stage).mode & 0o777, 0o600)
  assert.equal(statSync(one.image).mode & 0o777, 0o600)
})

const HUNDRED = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [
    `${String(i).padStart(3, '0')}.json`,
    `{"item": [{"no": ${i}, "size": "s"}]}`,
  ]),
)

test('of a hundred files one that is broken is told, and nothing of it is there', async () => {
  const many = scene({
    ...HUNDRED,
    '057.json': '{"item": [{"no": 1000}, {"no": 1001}',
    '050.json': '{"item": [{"no": 50}]}',
  })
  assert.deepEqual(await lay(many, {}, 'json'), { files: 100, failed: 1 })
  const { intake, codes } = settle(many)
  assert.deepEqual(rows(many.image, 'SELECT count(*), max(no) FROM item'), [[99, 99]])
  // The column that one file in the middle lacks is NULL there.
  assert.deepEqual(rows(many.image, 'SELECT no FROM item WHERE size IS NULL'), [[50]])
  assert.deepEqual(codes, ['file-failed file 057.json', 'column-missing item.size'])
  assert.equal(intake.files.filter(({ state }) => state === 'failed').length, 1)

  // Once it is mended, just that one is taken again.
  writeFileSync(join(many.folder, '057.json'), HUNDRED['057.json']!)
  const again = scene({})
  await lay({ ...again, folder: many.folder }, { failedIn: many.stage }, 'json')
  settle(again)
  assert.deepEqual(rows(again.image, 'SELECT no FROM item'), [[57]])
})

test('what is still missing when failed files are taken again is not forgotten', async () => {
  const first = scene({ 'a.csv': 'x,x\n', 'b.csv': 'y,y\n', 'c.csv': lines('z', '1') })
  assert.deepEqual(await lay(first), { files: 3, failed: 2 })
  writeFileSync(join(first.folder, 'a.csv'), lines('x', '1'))
  rmSync(join(first.folder, 'b.csv'))
  const again = scene({})
  assert.deepEqual(await lay({ ...again, folder: first.folder }, { failedIn: first.stage }), {
    files: 2,
    failed: 1,
  })
  const { intake } = settle(again)
  assert.deepEqual(
    intake.files.map(({ file, state }) => [file, state]),
    [
      ['a.csv', 'done'],
      ['b.csv', 'failed'],
    ],
  )
})

test('a table may be called as what every object has', async () => {
  const odd = scene({ 'constructor.csv': lines('constructor,toString', '1,a') })
  await lay(odd)
  settle(odd)
  assert.deepEqual(rows(odd.image, 'SELECT * FROM "constructor"'), [[1, 'a']])
})

test('killed in the middle of a file, the ones before are there, and that one begins anew', async () => {
  const body = Array.from({ length: 20_000 }, (_, i) => `${i},text`)
  const files = { '1.csv': lines('a,b', '1,x'), '2.csv': lines('a,b', ...body), '3.csv': lines('a,b', '2,y') }
  const killed = scene(files)
  const victim = fileURLToPath(new URL('victim.ts', import.meta.url))
  const { signal, stderr } = spawnSync(process.execPath, [victim, killed.stage, killed.folder])
  assert.equal(signal, 'SIGKILL', String(stderr))
  // What reads it rolls back what the dead one has left of the second.
  assert.deepEqual(await lay(killed), { files: 3, failed: 0 })
  settle(killed)
  assert.deepEqual(
    ['1', '2', '3'].map(name => rows(killed.image, `SELECT count(*), count(DISTINCT a) FROM "${name}"`)[0]),
    [
      [1, 1],
      [20_000, 20_000],
      [1, 1],
    ],
  )
})

test('what the target asks for is looked at in every row; those that do not fit are kept with their place', async () => {
  const shop = scene({
    'sale.csv': lines(
      'id,ok,price,day,name',
      '1,yes,1.50,2024-01-05,Ann',
      '2,maybe,2,2024-01-06,Bob',
      '3,0,3,2024-01-07 10:30,',
      'x,1,4,2024-01-08,Eve',
    ),
  })
  await lay(shop)
  const wishes: Wishes = {
    sale: {
      id: { type: { kind: 'integer', bits: 32 }, required: true },
      ok: { type: { kind: 'boolean' }, required: false },
      day: { type: { kind: 'timestamp', zone: false }, required: false },
      name: { type: { kind: 'text', maxLength: 3 }, required: true },
    },
  }
  const { intake } = settle(shop, wishes)
  assert.deepEqual(rows(shop.image, 'SELECT id, ok, day, name FROM sale'), [
    [1, 1, '2024-01-05 00:00:00', 'Ann'],
  ])
  assert.deepEqual(
    intake.rejected.map(({ rule, rows }) => [rule, rows]),
    [
      ['not-boolean', 1],
      ['not-integer', 1],
      ['required', 1],
    ],
  )
  assert.deepEqual(intake.tables, [
    { table: 'sale', read: 4, filtered: 0, duplicates: 0, rejected: 3, written: 1 },
  ])
  const told = readFileSync(shop.rejected, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    told.map(({ file, place }) => [file, place]),
    [
      ['sale.csv', 3],
      ['sale.csv', 4],
      ['sale.csv', 5],
    ],
  )
  assert.deepEqual(told[0].raw, {
    id: '2',
    ok: 'maybe',
    price: '2',
    day: '2024-01-06',
    name: 'Bob',
  })

  // Made again, nothing is rejected twice.
  assert.deepEqual(settle(shop, wishes).intake, intake)

  // With other types in the target the rejected ones are taken, and no other.
  const again = scene({})
  stageAgain({ stage: again.stage, earlier: shop.stage })
  const second = settle(again, { sale: { ok: { type: { kind: 'text' }, required: false } } })
  assert.deepEqual(rows(again.image, 'SELECT id, ok FROM sale'), [
    ['2', 'maybe'],
    ['3', '0'],
    ['x', '1'],
  ])
  assert.deepEqual(second.intake.rejected, [])
  assert.equal(existsSync(again.rejected), false)
})

test('rows of a file that lacks a column of the target that takes no NULL are not taken', async () => {
  const two = scene({ 'a.json': '{"t": [{"n": 1, "m": 2}]}', 'b.json': '{"t": [{"m": 3}, {"m": 4}]}' })
  await lay(two, {}, 'json')
  const n = { type: { kind: 'integer', bits: 64 }, required: true } as const
  const { intake } = settle(two, { t: { n } })
  assert.deepEqual(rows(two.image, 'SELECT n, m FROM t'), [[1, 2]])
  assert.deepEqual(
    intake.rejected.map(({ rule, rows }) => [rule, rows]),
    [['required', 2]],
  )
  // They still lack it when they are taken again.
  const again = scene({})
  stageAgain({ stage: again.stage, earlier: two.stage })
  assert.equal(settle(again, { t: { n } }).intake.rejected[0]!.rows, 2)
})

test('a column may be called as what every object has', async () => {
  const cars = scene({ 'cars.csv': lines('driver,constructor,__proto__', 'Ann,Lotus,1') })
  await lay(cars)
  const { codes } = settle(cars, { cars: { driver: { type: { kind: 'text' }, required: true } } })
  assert.deepEqual(rows(cars.image, 'SELECT * FROM cars'), [['Ann', 'Lotus', 1]])
  assert.deepEqual(codes, [])
})

test('a line that is none is not taken, and counted with the others', async () => {
  const bad = scene({ 'a.csv': lines('x,y', '1,2', '3', '4,5,6', '7,8') })
  await lay(bad)
  const { intake } = settle(bad)
  assert.deepEqual(rows(bad.image, 'SELECT x, y FROM a'), [
    [1, 2],
    [7, 8],
  ])
  assert.deepEqual(intake.tables[0], {
    table: 'a',
    read: 4,
    filtered: 0,
    duplicates: 0,
    rejected: 2,
    written: 2,
  })
})

test('where no file can be read, the first reason is that of the run', async () => {
  const broken = scene({ 'a.json': '{"t": [', 'b.json': 'x' })
  await assert.rejects(lay(broken, {}, 'json'), (error: Error) => {
    assert.match(error.message, /file a\.json: .*and 1 more cannot be read/)
    return true
  })
})

test('names that SQLite calls one are one table and two columns', async () => {
  const odd = scene({
    'a.json': '{"T": [{"Id": 1, "ID": 2}], "u": [{"rowid": "x"}]}',
    'b.json': '{"t": [{"iD": 3}]}',
  })
  await lay(odd, {}, 'json')
  settle(odd)
  assert.deepEqual(rows(odd.image, 'SELECT "Id", "ID_2" FROM t'), [
    [1, 2],
    [3, null],
  ])
  assert.deepEqual(rows(odd.image, 'SELECT "rowid" FROM u'), [['x']])
})
