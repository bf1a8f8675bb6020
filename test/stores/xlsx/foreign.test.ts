/** Workbooks of other programs: what a spreadsheet means by their cells. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import exceljs, { type CellValue, type Workbook } from 'exceljs'
import { SharedStrings } from '../../../stores/xlsx/shared-strings.ts'
import { ZIP_LIMITS, Zip } from '../../../stores/xlsx/zip.ts'
import { newPath, read, tableOf } from './book.ts'
import { sheetBook, zipOf } from './zip-of.ts'

async function saved(fill: (book: Workbook) => void): Promise<string> {
  const book = new exceljs.Workbook()
  fill(book)
  const path = newPath()
  await book.xlsx.writeFile(path)
  return path
}

const oneSheet = (rows: CellValue[][]) => saved(book => book.addWorksheet('One').addRows(rows))

async function ofXml(rows: string, more: Parameters<typeof sheetBook>[1] = []) {
  const path = newPath()
  writeFileSync(path, zipOf(sheetBook(rows, more)))
  return (await read(path))[0]!
}

test('numbers, truth values, texts of any kind, results of formulas', async () => {
  const path = await oneSheet([
    ['n', 'b', 't', 'f'],
    [5, true, 'plain', { formula: 'A2*2', result: 10 }],
    [
      -0.5,
      false,
      { richText: [{ text: 'rich ' }, { font: { bold: true }, text: 'text' }] },
      { formula: 'A3&""', result: 'x' },
    ],
    [1e21, null, { text: 'a link', hyperlink: 'https://example.org' }, { formula: 'TRUE()', result: true }],
  ])
  const [batch] = await read(path)
  assert.deepEqual(batch!.rows, [
    [5n, true, 'plain', 10n],
    [-0.5, false, 'rich text', 'x'],
    [1e21, null, 'a link', true],
  ])
  assert.deepEqual(batch!.places, [2, 3, 4])
})

test('errors, formulas without a result and cells beyond the header are bad rows, and the others are read', async () => {
  const path = await oneSheet([
    ['id', 'v'],
    [1, { error: '#N/A' }],
    [2, { formula: 'A1+1' } as CellValue],
    [3, 'fine'],
    [4, 'fine', 'and more'],
  ])
  const [batch] = await read(path)
  assert.deepEqual(batch!.rows, [[3n, 'fine']])
  assert.deepEqual(
    batch!.bad.map(({ place, rule, raw }) => [place, rule, raw]),
    [
      [2, 'cell-error', '["1","#N/A"]'],
      [3, 'formula', '["2",""]'],
      [5, 'too-many-fields', '["4","fine","and more"]'],
    ],
  )
})

test('dates, times and spans by their formats', async () => {
  const at = (code: string, value: number) => [code, value] as const
  const CASES: [readonly [string, number], unknown][] = [
    [at('yyyy-mm-dd', 45292), '2024-01-01'],
    [at('d. mmmm yyyy', 45292.5), '2024-01-01 12:00:00'],
    [at('m/d/yy h:mm', 45292.25), '2024-01-01 06:00:00'],
    [at('[$-409]h:mm AM/PM', 0.75), '18:00:00'],
    [at('hh:mm:ss.000', 0.5000000116), '12:00:00.001'],
    [at('[h]:mm', 1.5), '36:00:00'],
    [at('dd/mm/yyyy', 59), '1900-02-28'],
    [at('dd/mm/yyyy', 61), '1900-03-01'],
    [at('#,##0.00 "days"', 45292), 45292n],
    [at('0.00E+00', 1.5), 1.5],
    [at('[Red]0', 7), 7n],
  ]
  const path = await saved(book => {
    const sheet = book.addWorksheet('One')
    sheet.addRow(['v'])
    for (const [[code, value]] of CASES) sheet.addRow([value]).getCell(1).numFmt = code
    sheet.addRow([60]).getCell(1).numFmt = 'yyyy-mm-dd'
  })
  const [batch] = await read(path)
  assert.deepEqual(
    batch!.rows,
    CASES.map(([, read]) => [read]),
  )
  assert.deepEqual(
    batch!.bad.map(({ rule }) => rule),
    ['date'],
  )
})

test('days counted from 1904', async () => {
  const styles = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
  const batch = await ofXml('<row><c t="str"><v>day</v></c></row><row><c s="0"><v>43830</v></c></row>', [
    { name: 'xl/styles.xml', content: styles },
    {
      name: 'xl/workbook.xml',
      content:
        '<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="One" r:id="r1"/></sheets></workbook>',
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content:
        '<Relationships><Relationship Id="r1" Type="a/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="a/styles" Target="styles.xml"/></Relationships>',
    },
  ])
  assert.deepEqual(batch.rows, [['2024-01-01']])
})

test('each visible sheet is a table; empty and hidden ones are none', async () => {
  const path = await saved(book => {
    book.addWorksheet('Users').addRows([['id'], [1]])
    book.addWorksheet('Empty')
    book.addWorksheet('Lists', { state: 'hidden' }).addRows([['a'], ['b']])
    const late = book.addWorksheet('Late')
    late.getCell('A3').value = 'name'
    late.getCell('A5').value = 'Ann'
    book.addWorksheet('Header only').addRow(['x', 'y'])
  })
  const batches = await read(path)
  assert.deepEqual(
    batches.map(({ table, columns, rows, places }) => ({ table, columns, rows, places })),
    [
      { table: 'Users', columns: ['id'], rows: [[1n]], places: [2] },
      { table: 'Late', columns: ['name'], rows: [['Ann']], places: [5] },
      { table: 'Header only', columns: ['x', 'y'], rows: [], places: [] },
    ],
  )
})

test('cells without references, prefixes of name spaces, CDATA and escapes', async () => {
  const batch = await ofXml(
    '<row><c t="inlineStr"><is><t>a</t></is></c><c t="str"><v>b</v></c></row>' +
      '<x:row xmlns:x="u"><x:c t="inlineStr"><x:is><x:r><x:t>tab_x0009_</x:t></x:r><x:rPh><x:t>said</x:t></x:rPh></x:is></x:c><x:c t="inlineStr"><x:is><x:t><![CDATA[<&>]]></x:t></x:is></x:c></x:row>' +
      '<row><c/><c><v>12345678901234567</v></c></row>',
  )
  assert.deepEqual(batch.rows, [
    ['tab\t', '<&>'],
    [null, 12345678901234567n],
  ])
})

test('a thousand columns, and names that are numbers or dates', async () => {
  const names = Array.from({ length: 1000 }, (_, n) => 2000 + n)
  const [wide] = await read(await oneSheet([names, names]))
  assert.deepEqual(wide!.columns.slice(0, 2), ['2000', '2001'])
  assert.equal(wide!.rows[0]!.length, 1000)
  const [dated] = await read(await oneSheet([[new Date('2024-02-29T00:00:00Z')], [1]]))
  assert.deepEqual(dated!.columns, ['2024-02-29'])
})

test('shared texts that memory has no room for', async () => {
  const texts = Array.from({ length: 50 }, (_, n) => `text ${n}`)
  const path = newPath()
  const content = `<sst>${texts.map(text => `<si><t>${text}</t></si>`).join('')}</sst>`
  writeFileSync(path, zipOf(sheetBook('', [{ name: 'xl/sharedStrings.xml', content }])))
  const zip = await Zip.open(path, ZIP_LIMITS)
  const strings = await SharedStrings.read(zip, 'xl/sharedStrings.xml', new AbortController().signal, 100)
  assert.deepEqual(
    texts.map((_, n) => strings.at(n)),
    texts,
  )
  strings.close()
  zip.close()
})

test('columns that are known are read as SQLite has them, by their names; others are refused', async () => {
  const path = await oneSheet([
    ['note', 'id'],
    ['007', 5],
  ])
  assert.deepEqual((await read(path, [tableOf('One', 'id REAL', 'note TEXT')]))[0]!.rows, [['007', 5]])
  await assert.rejects(read(path, [tableOf('One', 'id REAL')]), /has a column "note" more/)
  await assert.rejects(read(path, [tableOf('One', 'id', 'note', 'x')]), /has no column "x" any more/)
})
