/** Which files are meant, and that none is read as what it is not. */
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileNameOf } from '../../../model/files/file-name.ts'
import type { Manifest } from '../../../model/files/manifest.ts'
import type { FileFormat, FileOptions } from '../../../model/files/options.ts'
import { listFiles, sinceWritten } from '../../../stores/files/list.ts'
import { file, place, read, table } from './support.ts'

function folder(name: string, files: Record<string, string>): string {
  mkdirSync(place(name))
  for (const [entry, content] of Object.entries(files)) writeFileSync(`${place(name)}/${entry}`, content)
  return place(name)
}

const list = (path: string, format: FileFormat = 'csv', options: FileOptions = {}) =>
  listFiles({ kind: 'files', format, path, host: 'here', options })

const manifest = (files: string[], options: FileOptions = { null: 'NULL' }): Manifest => ({
  longhaul: 'files',
  version: 1,
  format: 'csv',
  options,
  run: 'r',
  takenAt: '2024-01-01T00:00:00Z',
  tables: [table('users', { id: 'INTEGER' })],
  after: [],
  files: files.map(entry => ({ file: entry, rows: { users: 1 }, bytes: 5, sha256: 'a'.repeat(64) })),
})

test('a folder has its files of the format, sorted; what is hidden, locked or of another kind is none', () => {
  const path = folder('mixed', {
    'b.csv': '',
    'a.CSV': '',
    'c.tsv': '',
    '.d.csv': '',
    '~$e.csv': '',
    'f.json': '{}',
  })
  mkdirSync(`${path}/sub`)
  assert.deepEqual(
    list(path).files.map(entry => entry.file),
    ['a.CSV', 'b.csv', 'c.tsv'],
  )
  assert.deepEqual(
    list(`${path}/b.csv`).files.map(entry => entry.file),
    ['b.csv'],
  )
})

test('a folder without such files, a path that is not there, and what is no file are refused', () => {
  assert.throws(() => list(folder('bare', { 'x.json': '' })), /no file in it whose name ends with \.csv/)
  assert.throws(() => list(place('nowhere')), /no such file or folder/)
  assert.throws(() => list('/dev/null'), /neither a file nor a folder/)
  assert.throws(() => list('a\0b'), /no NUL/)
})

test('a link that leads out of the folder is refused, one within it is read', () => {
  const path = folder('links', { 'a.csv': 'x\n' })
  symlinkSync('a.csv', `${path}/b.csv`)
  assert.equal(list(path).files.length, 2)
  symlinkSync('/etc/hostname', `${path}/c.csv`)
  assert.throws(() => list(path), /leads out of its folder/)
})

test('a manifest says how its files are read and what is in them; the user may say otherwise', () => {
  const path = folder('own', { 'users.csv': 'id\n1\n', 'more.csv': 'x\n' })
  writeFileSync(`${path}/longhaul.json`, JSON.stringify(manifest(['users.csv'])))
  const { files, manifest: found } = list(path, 'csv', { delimiter: ';' })
  assert.deepEqual(
    files.map(({ file: name, options, known }) => [name, options, known?.[0]?.name]),
    [
      ['more.csv', { delimiter: ';' }, undefined],
      ['users.csv', { null: 'NULL', delimiter: ';' }, 'users'],
    ],
  )
  assert.equal(found?.tables.length, 1)
  assert.equal(list(`${path}/users.csv`).files[0]?.known?.length, 1)
  assert.deepEqual(sinceWritten(files[1]!, 1, 'a'.repeat(64)), [])
  assert.deepEqual(sinceWritten(files[1]!, 0, 'b'.repeat(64)), [
    'it was changed after longhaul wrote it: it has 0 rows, and had 1',
  ])
  assert.equal(list(`${path}/users.csv`, 'json').files[0]?.known, undefined)
})

test('a manifest that names files outside of its folder, or is damaged, is refused; one that misses a file says what there should be', () => {
  const path = folder('evil', { 'users.csv': 'id\n1\n' })
  for (const name of ['../users.csv', '/etc/passwd', '..', 'a/b.csv', 'a\\b.csv', 'a\0.csv']) {
    writeFileSync(`${path}/longhaul.json`, JSON.stringify(manifest([name])))
    assert.throws(() => list(path), /leads out of its folder/)
  }
  writeFileSync(`${path}/longhaul.json`, '{"longhaul": "files", ')
  assert.throws(() => list(path), /it is no JSON/)
  writeFileSync(`${path}/longhaul.json`, JSON.stringify(manifest(['gone.csv'])))
  assert.equal(list(path).manifest?.files[0]?.file, 'gone.csv')
  assert.equal(list(path).files.length, 1)
})

test('a file of another kind than it is said to be is told by its first bytes', async () => {
  for (const [begin, message] of [
    ['PK\x03\x04', /it is a workbook.*Write xlsx:/],
    ['SQLite format 3\0', /it is a SQLite database.*Write sqlite:/],
    ['PGDMP\x01', /it is an archive of pg_dump.*Write dump:/],
    ['\x1f\x8b\x08', /compressed by gzip.*gunzip/],
  ] as const) {
    const path = file(Buffer.from(`${begin}rest of it`, 'latin1'))
    await assert.rejects(read('csv', path), message)
    await assert.rejects(read('json', path), message)
  }
  await assert.rejects(read('csv', file('[\n {"id": 1}]')), /it is JSON.*Write json:/)
  await assert.rejects(read('json', file('id,name\n1,x\n')), /neither an array nor an object/)
})

test('names of files are taken by every file system, and no two are the same', () => {
  const taken = new Set<string>()
  const names = [
    'users',
    'Users',
    'a/b',
    'a\\b',
    '..',
    '.hidden',
    'CON',
    'nul.txt',
    '',
    'x. ',
    'é',
    'e\u0301',
    'a\0b',
  ]
  assert.deepEqual(
    names.map(name => fileNameOf(name, taken)),
    [
      ...[
        'users',
        'Users~2',
        'a_b',
        'a_b~2',
        '_',
        '_hidden',
        '_CON',
        '_nul.txt',
        '_~2',
        'x_',
        'é',
        'é~2',
        'a_b~3',
      ],
    ],
  )
  assert.ok(fileNameOf('x'.repeat(500), taken).length < 100)
})
