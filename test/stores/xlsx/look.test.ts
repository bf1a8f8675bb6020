/** What a person sees who opens a workbook, and what becomes of it when a spreadsheet saves it again. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { test } from 'node:test'
import exceljs, { type CellRichTextValue, type CellValue, type Workbook } from 'exceljs'
import { Failure } from '../../../model/failure.ts'
import { NewFile } from '../../../stores/files/new-file.ts'
import { withOwnManifests } from '../../../stores/xlsx/own-manifests.ts'
import { readXlsxManifest } from '../../../stores/xlsx/read.ts'
import { openXlsxWriter } from '../../../stores/xlsx/write.ts'
import { ABOUT, newPath, read, tableOf, written } from './book.ts'

const USERS = tableOf(
  'users',
  'id INTEGER',
  'name TEXT',
  'born DATE',
  'seen TIMESTAMP',
  'ok BOOLEAN',
  'pay NUMERIC(8,2)',
  'at TIME',
)
const ROWS = [
  [1n, 'Ann', '1990-05-17', '2024-01-02 03:04:05.250', 1n, 1234.5, '08:30'],
  [2n, '007', null, '2024-01-02T03:04:05Z', 0n, 10n, '23:59:59.5'],
  [12345678901234567n, '=1+1', '1899-01-01', '2024-01-02 03:04:05.123456', null, null, '24:00'],
]
const both = () =>
  written([
    { table: USERS, rows: ROWS },
    { table: tableOf('empty', 'x'), rows: [] },
  ])

async function opened(path: string): Promise<Workbook> {
  const book = new exceljs.Workbook()
  await book.xlsx.readFile(path)
  return book
}

const manifestIn = (path: string) => readXlsxManifest(path, new AbortController().signal)

const shown = (value: CellValue) =>
  value !== null && typeof value === 'object' && 'richText' in value
    ? (value as CellRichTextValue).richText.map(({ text }) => text).join('')
    : value

test('a cover with counts, a styled and frozen header, a filter, widths, formats', async () => {
  const book = await opened(await both())
  assert.deepEqual(
    book.worksheets.map(({ name, state }) => [name, state]),
    [
      ['Contents', 'visible'],
      ['users', 'visible'],
      ['empty', 'visible'],
      ['longhaul', 'hidden'],
    ],
  )
  const [cover, users] = book.worksheets
  const lines = cover!.getRows(1, 9)!.map(row => [1, 2, 3].map(n => shown(row.getCell(n).value)))
  assert.deepEqual(lines, [
    ['app', null, null],
    ['Source', 'sqlite:app.db', null],
    ['Read at', '2026-11-22T08:00:00Z', null],
    ['Run', 'run-1', null],
    [null, null, null],
    ['Sheet', 'Table', 'Rows'],
    ['users', 'users', 3],
    ['empty', 'empty', 0],
    ['Total', '', 3],
  ])
  assert.equal(users!.views[0]!.state, 'frozen')
  assert.equal(users!.autoFilter, 'A1:G4')
  assert.equal(users!.getCell('A1').font.bold, true)
  assert.deepEqual(
    [1, 2, 4].map(n => users!.getColumn(n).width),
    [18, 8, 27],
  )
  assert.deepEqual(
    [7, 8, 16_384].map(n => users!.getColumn(n).hidden),
    [false, true, true],
  )
  assert.deepEqual(users!.getCell('C2').value, new Date('1990-05-17T00:00:00Z'))
  assert.deepEqual(
    ['A2', 'A4', 'B3', 'C2', 'C4', 'D2', 'D3', 'D4', 'F2', 'F3', 'G2', 'G3', 'G4'].map(
      at => users!.getCell(at).numFmt,
    ),
    [
      '0',
      '0;-0;0;@',
      '@',
      'yyyy-mm-dd',
      '@',
      'yyyy-mm-dd hh:mm:ss.000',
      'yyyy-mm-dd"T"hh:mm:ss"Z"',
      '@',
      '0.00',
      '0.00',
      'hh:mm',
      'hh:mm:ss.0',
      '@',
    ],
  )
  assert.deepEqual(
    ['E2', 'B4', 'A4'].map(at => shown(users!.getCell(at).value)),
    [true, '=1+1', '12345678901234567'],
  )
})

/** As Excel and LibreOffice write formats that they have read. */
const respelled = (code: string) =>
  code
    .replace(/-(?=m|d|0)/g, '\\-')
    .replaceAll('"T"', '\\T')
    .replace(/^[ymd\\-]+$/, all => all.toUpperCase())

test('a workbook that was saved again by another program comes back the same', async () => {
  const path = await both()
  const book = await opened(path)
  book.getWorksheet('users')!.eachRow(row =>
    row.eachCell(cell => {
      if (cell.numFmt) cell.style = { ...cell.style, numFmt: respelled(cell.numFmt) }
    }),
  )
  const again = newPath()
  await book.xlsx.writeFile(again)
  const [first] = await read(path)
  assert.deepEqual(first!.rows, ROWS)
  assert.deepEqual((await read(again))[0], first)
})

test('what a person has put into cells is taken as the column means it', async () => {
  const book = await opened(await both())
  const users = book.getWorksheet('users')!
  users.getCell('A4').value = '99999999999999999999'
  users.getCell('B2').value = 7
  users.getCell('C3').value = new Date('2024-02-29T00:00:00Z')
  users.getCell('C3').numFmt = 'd/m/yy'
  users.getCell('E4').value = { formula: 'E2', result: true } as CellValue
  users.getCell('F3').value = { formula: 'F2' } as CellValue
  const path = newPath()
  await book.xlsx.writeFile(path)
  const [batch] = await read(path)
  assert.deepEqual(
    batch!.rows.map(row => row.slice(0, 5)),
    [
      [1n, 7n, '1990-05-17', '2024-01-02 03:04:05.250', 1n],
      ['99999999999999999999', '=1+1', '1899-01-01', '2024-01-02 03:04:05.123456', 1n],
    ],
  )
  assert.deepEqual(
    batch!.bad.map(({ place, rule }) => [place, rule]),
    [[3, 'formula']],
  )
})

test('a sheet that somebody removed is missed', async () => {
  const book = await opened(await both())
  book.removeWorksheet('users')
  const path = newPath()
  await book.xlsx.writeFile(path)
  await assert.rejects(read(path), /sheet "users" is missing/)
})

test('a sheet that somebody added is read as any', async () => {
  const book = await opened(await both())
  book.addWorksheet('added').addRows([['a'], [7]])
  const path = newPath()
  await book.xlsx.writeFile(path)
  assert.deepEqual((await read(path)).at(-1), {
    table: 'added',
    columns: ['a'],
    rows: [[7n]],
    places: [2],
    bad: [],
  })
})

test('tables get names that sheets can have, and their own back', async () => {
  const names = [
    'a/b',
    'a?b',
    'Contents',
    'HISTORY',
    "'quoted'",
    '',
    'x'.repeat(40),
    `${'x'.repeat(40)}y`,
    'Users',
    'users2',
    'Ünï <&> "',
  ]
  const path = await written(names.map(name => ({ table: tableOf(name, 'v TEXT'), rows: [[name]] })))
  const manifest = await manifestIn(path)
  assert.deepEqual(
    manifest!.sheets.map(({ name }) => name),
    [
      'a_b',
      'a_b (2)',
      'Contents (2)',
      'HISTORY (2)',
      '_quoted_',
      '_',
      'x'.repeat(31),
      `${'x'.repeat(27)} (2)`,
      'Users',
      'users2',
      'Ünï <&> "',
    ],
  )
  assert.deepEqual(
    (await read(path)).map(({ table, rows }) => [table, rows[0]![0]]),
    names.map(name => [name, name]),
  )
})

test('rows beyond the end of a sheet go on in another, and places go on', async () => {
  const rows = Array.from({ length: 5 }, (_, n) => [BigInt(n)])
  const path = await written([{ table: tableOf('t', 'n INTEGER'), rows }], {}, { rows: 3, characters: 100 })
  const [batch] = await read(path)
  assert.deepEqual(batch!.rows, rows)
  assert.deepEqual(batch!.places, [2, 3, 1_048_578, 1_048_579, 2_097_154])
  const manifest = await manifestIn(path)
  assert.deepEqual(
    manifest!.sheets.map(({ name }) => name),
    ['t', 't (2)', 't (3)'],
  )
  assert.deepEqual(
    manifest!.tables.map(({ name, rows }) => [name, rows]),
    [['t', 5]],
  )
})

test('it has its name when it is whole, and can be read by its owner alone', async () => {
  const path = await both()
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const other = newPath()
  const writer = openXlsxWriter(other, {}, ABOUT)
  await writer.table(USERS)
  await writer.rows(ROWS)
  assert.throws(() => readFileSync(other), /ENOENT/)
  await writer.abort()
  assert.throws(() => readFileSync(other), /ENOENT/)
})

test('workbooks without a manifest beside them say themselves what they hold', async () => {
  const one = tableOf('t', 'id INTEGER')
  const listed = async (...paths: string[]) =>
    withOwnManifests(
      { files: paths.map(path => ({ file: basename(path), path, bytes: 1, options: {} })) },
      new AbortController().signal,
    )
  const first = await written([{ table: one, rows: [[1n]] }])
  const second = await written([
    { table: one, rows: [[2n]] },
    { table: USERS, rows: [] },
  ])
  const { manifest, files } = await listed(first, second)
  assert.deepEqual(
    manifest!.tables.map(({ name }) => name),
    ['t', 'users'],
  )
  assert.deepEqual(
    files.map(({ known }) => known!.length),
    [1, 2],
  )
  const other = await written([{ table: tableOf('t', 'id TEXT'), rows: [] }])
  await assert.rejects(listed(first, other), /declares table "t" in another way/)
})

test('names of columns that SQLite tells apart, and one that is empty', async () => {
  const table = tableOf('t', ' INTEGER', 'ä TEXT', 'Ä TEXT')
  const path = await written([{ table, rows: [[1n, 'a', 'A']] }])
  assert.deepEqual(await read(path), [
    { table: 't', columns: ['', 'ä', 'Ä'], rows: [[1n, 'a', 'A']], places: [2], bad: [] },
  ])
})

test('a disk that is full is told, and nothing is left', { timeout: 20_000 }, async t => {
  const full = new Failure({ code: 'space', message: 'no space is left on the disk' })
  let left = 3
  t.mock.method(NewFile.prototype, 'write', () => {
    if (left-- === 0) throw full
  })
  const path = newPath()
  const writer = openXlsxWriter(path, {}, ABOUT)
  await writer.table(tableOf('t', 'v TEXT'))
  await assert.rejects(async () => {
    for (let n = 0; n < 200; n++)
      await writer.rows(Array.from({ length: 100 }, (_, i) => [`${Math.sin(n * 100 + i)}`.repeat(20)]))
    await writer.end()
  }, full)
  await writer.abort()
  assert.deepEqual(
    readdirSync(dirname(path)).filter(name => name.endsWith('.half')),
    [],
  )
})
