/** What is no workbook, is damaged, or is made to do harm: each refused in words, whatever is in it. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Failure } from '../../../model/failure.ts'
import { ZIP_LIMITS, type ZipLimits } from '../../../stores/xlsx/zip.ts'
import { newPath, read, tableOf, written } from './book.ts'
import { type Part, sheetBook, zipOf } from './zip-of.ts'

const ROWS = '<row r="1"><c r="A1" t="str"><v>id</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
const SHEET = 'xl/worksheets/sheet1.xml'

async function refused(bytes: Buffer | Part[], message: RegExp, limits?: ZipLimits): Promise<void> {
  const path = newPath()
  writeFileSync(path, Array.isArray(bytes) ? zipOf(bytes) : bytes)
  await assert.rejects(read(path, undefined, limits), (error: unknown) => {
    assert.ok(error instanceof Failure, String(error))
    assert.equal(error.code, 'source')
    assert.equal(error.facts.object, `file ${path}`)
    assert.match(error.message, message)
    return true
  })
}

const ole = (name: string) =>
  Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000), Buffer.from(name, 'utf16le')])

test('the workbook of these tests is one', async () => {
  const path = newPath()
  writeFileSync(path, zipOf(sheetBook(ROWS)))
  assert.deepEqual(await read(path), [{ table: 'One', columns: ['id'], rows: [[1n]], places: [2], bad: [] }])
})

test('a truncated workbook, wherever it ends', async () => {
  const whole = readFileSync(await written([{ table: tableOf('t', 'id INTEGER'), rows: [[1n], [2n]] }]))
  for (const part of [0.1, 0.5, 0.9, 0.999]) {
    await refused(whole.subarray(0, Math.floor(whole.length * part)), /damaged or not all of it is there/)
  }
})

test('a damaged part', async () => {
  const bytes = zipOf(sheetBook(`${ROWS}${'<row/>'.repeat(100)}`))
  const at = bytes.indexOf(SHEET) + SHEET.length + 20
  bytes[at] = bytes[at]! ^ 0xff
  await refused(bytes, /damaged/)
  await refused(sheetBook('<row><c></row>'), /not well-formed/)
  await refused(
    sheetBook(ROWS, [{ name: SHEET, content: Buffer.from('<a>\xff</a>', 'latin1') }]),
    /not well-formed/,
  )
  await refused(sheetBook('<row><c t="s"><v>5</v></c></row>'), /a text that is not there/)
})

test('a part that the workbook names and does not have', async () => {
  const relation = '<Relationship Id="r1" Type="a/worksheet" Target="worksheets/sheet1.xml"/>'
  const styles = '<Relationship Id="r2" Type="a/styles" Target="styles.xml"/>'
  const parts = (content: string) => sheetBook(ROWS, [{ name: 'xl/_rels/workbook.xml.rels', content }])
  await refused(
    parts(`<Relationships>${relation}${styles}</Relationships>`),
    /it has no part "xl\/styles.xml"/,
  )
  await refused(parts('<Relationships/>'), /sheet "One" is not there/)
})

test('cells in columns that no sheet has', async () => {
  for (const reference of ['XFE1', 'ZZZZZZZZZZ1', '1'])
    await refused(sheetBook(`<row><c r="${reference}"><v>1</v></c></row>`), /not well-formed/)
})

test('other files', async () => {
  await refused(Buffer.alloc(0), /the file is empty/)
  await refused(Buffer.from('id,name\n1,Ann\n'), /no zip archive/)
  await refused(ole('Workbook'), /before 2007 \(\.xls\)/)
  await refused(ole('EncryptedPackage'), /has a password/)
  await refused([{ name: 'word/document.xml', content: '<a/>' }], /a Word document/)
  await refused([{ name: 'a.txt', content: 'x' }], /some other zip archive/)
})

test('zip bombs', async () => {
  const few = { ...ZIP_LIMITS, bytes: 1e9, ratioFrom: 10_000, entries: 10 }
  await refused(sheetBook(' '.repeat(90_000)), /inflates to more than 250 times its size/, few)
  await refused(sheetBook(' '.repeat(90_000)), /inflates to more than/, {
    ...few,
    bytes: 50_000,
    ratioFrom: 1e9,
  })
  await refused(
    Array.from({ length: 11 }, (_, n) => ({ name: `a${n}`, content: '' })),
    /it has 11 parts, and 10 is the limit/,
    few,
  )
})

test('a part that inflates to more than was announced', async () => {
  const bytes = zipOf(sheetBook(`${ROWS}${'<row/>'.repeat(100)}`))
  const at = bytes.lastIndexOf(SHEET) - 22
  bytes.writeUInt32LE(bytes.readUInt32LE(at) - 50, at)
  await refused(bytes, /damaged/)
})

test('names that lead out of it, or are there twice', async () => {
  for (const name of ['../../etc/cron.d/x', '/etc/passwd', 'C:\\x'])
    await refused(sheetBook(ROWS, [{ name, content: 'x' }]), /leads out of it/)
  await refused(
    [...sheetBook(ROWS), { name: SHEET.toUpperCase(), content: '<a/>' }],
    /two parts with the same name/,
  )
})

test('entities', async () => {
  const content = `<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><worksheet><sheetData>${ROWS}</sheetData></worksheet>`
  await refused(sheetBook('', [{ name: SHEET, content }]), /has a DTD/)
})

test('headers that name nothing, or the same twice', async () => {
  const header = (...cells: string[]) =>
    sheetBook(`<row>${cells.map(cell => `<c t="str"><v>${cell}</v></c>`).join('')}</row>`)
  await refused(header('id', 'name', 'ID'), /column C of sheet "One" has the same name as column A: "ID"/)
  await refused(header('id', '', 'name'), /column B of sheet "One" has no name/)
})
