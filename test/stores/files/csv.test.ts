/** CSV of others: how it is written is found out, and what is no row is told with its line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { Records } from '../../../stores/csv/records.ts'
import { file, read, told } from './support.ts'

const rowsOf = async (content: string | Uint8Array, options = {}) => {
  const { rows, ...rest } = await read('csv', file(content), options)
  return { rows: Object.values(rows)[0] ?? [], ...rest }
}

test('records are those of a well-kept parser, wherever the text is cut', () => {
  const field = fc.oneof(
    fc.constantFrom('', '"', '""', ',', '\n', '\r\n', '\r', ' ', 'a"b', 'ä😀'),
    fc.string({ maxLength: 6 }),
  )
  const records = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 12 })
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const plain = (text: string) => (/[",\r\n]/.test(text) || text === '' ? quoted(text) : text)
  fc.assert(
    fc.property(records, fc.boolean(), fc.constantFrom('\n', '\r\n'), fc.nat(20), (cells, all, end, size) => {
      const text = cells.map(row => row.map(all ? quoted : plain).join(',')).join(end)
      const own = new Records({ delimiter: ',', quote: '"', newline: '\n', null: '' })
      for (let at = 0; at < text.length; at += size + 1) {
        own.feed(text.slice(at, at + size + 1), false)
        own.take(1000)
      }
      own.feed('', true)
      own.take(1000)
      const theirs = parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: end })
      assert.deepEqual(own.rows, theirs)
      assert.deepEqual(own.bad, [])
    }),
    { numRuns: 500 },
  )
})

test('of any text, what is read does not depend on where it is cut', () => {
  const mark = fc.constantFrom('"', '"', ',', '\n', '\r\n', '\r', 'x', 'ab', '\uFFFD')
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 25 }), fc.nat(6), (marks, size) => {
      const text = marks.join('')
      const damaged = (piece: string) =>
        new Set(piece.split('\n').flatMap((line, i) => (line.includes('\uFFFD') ? [i] : [])))
      const cut = (length: number) => {
        const records = new Records({ delimiter: ',', quote: '"', newline: '\n', null: '' })
        records.width = 2
        for (let at = 0; at < text.length; at += length) {
          const piece = text.slice(at, at + length)
          records.feed(piece, false, damaged(piece))
          records.take(1000)
        }
        records.feed('', true)
        records.take(1000)
        return records.cut()
      }
      assert.deepEqual(cut(size + 1), cut(text.length + 1))
    }),
    { numRuns: 2000 },
  )
})

test('an empty field is NULL, an empty text has quotes; or NULL is spelled as said', async () => {
  assert.deepEqual((await rowsOf('a,b\n,""\n')).rows, [[null, '']])
  assert.deepEqual((await rowsOf('a,b\nNULL,"NULL"\n,""\n', { null: 'NULL' })).rows, [
    [null, 'NULL'],
    ['', ''],
  ])
  assert.deepEqual((await rowsOf('a|b\n\\N|x\n', { null: '\\N' })).rows, [[null, 'x']])
})

test('the delimiter is the one that lines agree on', async () => {
  for (const [mark, line] of Object.entries({
    ',': 'x,"1;2|3"',
    ';': '1,5;2,5',
    '\t': 'a,b;c\td',
    '|': 'a,b|c',
  })) {
    const { columns, rows } = await rowsOf(`one${mark}two\n${line}\n${line}\n`)
    assert.deepEqual(Object.values(columns), [['one', 'two']], mark)
    assert.equal(rows.length, 2)
  }
  const named = await rowsOf('sep=;\r\na,x;b\r\n1;2\r\n')
  assert.deepEqual(
    [Object.values(named.columns)[0], named.rows, named.places],
    [['a,x', 'b'], [['1', '2']], [3]],
  )
})

test('ends of lines: LF, CRLF, CR, and any of them within quotes; blank lines are none', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const { rows, places } = await rowsOf(`a,b${end}1,"x${end}y"${end}${end}2,z${end}`)
    assert.deepEqual(rows, [
      ['1', `x${end}y`],
      ['2', 'z'],
    ])
    assert.deepEqual(places, [2, 5])
  }
})

test('a line that is no row is told with its number, and the others are read', async () => {
  const { rows, bad } = await rowsOf(
    ['a,b', '1,2', '1,2,3', '"x', 'y",2', '4', '5,"q"x', '6,q"x', '7,8', '9,"open', 'to the end'].join('\n'),
  )
  assert.deepEqual(rows, [
    ['1', '2'],
    ['x\ny', '2'],
    ['7', '8'],
  ])
  assert.deepEqual(told(bad), ['3 too-many-fields', '6 too-few-fields', '7 quote', '8 quote', '10 quote'])
  assert.equal(bad[0]?.raw, '1,2,3')
})

test('encodings: a mark, UTF-16 without one, Latin by guess or by name', async () => {
  const text = 'name,città\nZoë,Zürich\nJosé,Córdoba\n'
  for (const [name, bytes] of [
    ['utf-8', Buffer.from(`\uFEFF${text}`)],
    ['utf-16le', iconv.encode(text, 'utf-16le', { addBOM: true })],
    ['utf-16be', iconv.encode(text, 'utf-16be', { addBOM: true })],
    ['utf-16le without a mark', iconv.encode(text, 'utf-16le', { addBOM: false })],
    ['windows-1252', iconv.encode(text, 'windows-1252')],
  ] as const) {
    const { columns, rows, notes } = await rowsOf(bytes)
    assert.deepEqual(
      [Object.values(columns)[0], rows[0]],
      [
        ['name', 'città'],
        ['Zoë', 'Zürich'],
      ],
      name,
    )
    assert.equal(notes.length, /without|1252/.test(name) ? 1 : 0, name)
  }
  const cyrillic = iconv.encode('a,b\nПривет,мир\n', 'koi8-r')
  assert.deepEqual((await rowsOf(cyrillic, { encoding: 'koi8-r' })).rows, [['Привет', 'мир']])
  await assert.rejects(rowsOf('a\n1\n', { encoding: 'klingon' }), /nobody knows an encoding of this name/)
})

test('mixed encodings: lines that are not of the file’s are bad, unless a name is given that has all bytes', async () => {
  const mixed = Buffer.concat([
    Buffer.from('a,b\nZoë,1\n'),
    Buffer.from('Jos\xe9,2\n', 'latin1'),
    Buffer.from('x,3\n'),
  ])
  const { rows, bad } = await rowsOf(mixed)
  assert.deepEqual(rows, [
    ['Zoë', '1'],
    ['x', '3'],
  ])
  assert.deepEqual(told(bad), ['3 encoding'])
  assert.equal((await rowsOf(mixed, { encoding: 'iso-8859-1' })).rows.length, 3)
})

test('1,000 columns are read; more than SQLite takes are not', async () => {
  const wide = (width: number) => {
    const names = Array.from({ length: width }, (_, i) => `n${i}`).join(',')
    return `${names}\n${names}\n`
  }
  const { columns, rows } = await rowsOf(wide(1000))
  assert.equal(Object.values(columns)[0]?.length, 1000)
  assert.equal(rows[0]?.[999], 'n999')
  await assert.rejects(rowsOf(wide(32_767)), /32766 is the most/)
})

test('the first line has to name each column in its own way', async () => {
  await assert.rejects(rowsOf('id,Name,name\n1,2,3\n'), /names more than once: name/)
  await assert.rejects(rowsOf('id,,x\n1,2,3\n'), /column 2 of 3 has no name/)
  await assert.rejects(rowsOf(''), /there is nothing in it/)
  const { columns, rows } = await rowsOf('1,2\n3,4\n', { header: false })
  assert.deepEqual(Object.values(columns)[0], ['c1', 'c2'])
  assert.equal(rows.length, 2)
  assert.deepEqual(Object.values((await rowsOf('only,names\n')).columns)[0], ['only', 'names'])
})

test('a record that is too long is passed over, and the next ones are read', () => {
  for (const long of ['x'.repeat(200), `"${'y""\n,'.repeat(60)}"`])
    for (const size of [7, 50]) {
      const records = new Records({ delimiter: ',', quote: '"', newline: '\n', null: '' }, 100)
      const text = `a,b\n${long},1\nc,d\n`
      for (let at = 0; at < text.length; at += size) {
        records.feed(text.slice(at, at + size), false)
        records.take(100)
      }
      records.feed('', true)
      records.take(100)
      assert.deepEqual(records.rows, [
        ['a', 'b'],
        ['c', 'd'],
      ])
      assert.deepEqual(told(records.bad), ['2 too-long'])
      assert.equal(records.places[1], 2 + long.split('\n').length)
    }
})

test('a text of many blocks and quotes is whole', async () => {
  const long = `x${'"'.repeat(1_500_001)}ä\n,`.repeat(2)
  assert.deepEqual((await rowsOf(`a,b\n1,"${long.replaceAll('"', '""')}"\n2,x\n`)).rows, [
    ['1', long],
    ['2', 'x'],
  ])
})

test('options that cannot be meant are refused', async () => {
  await assert.rejects(rowsOf('a\n1\n', { delimiter: '"' }), /same as the quote/)
  await assert.rejects(rowsOf('a\n1\n', { quote: '\n' }), /has to be one character/)
})
