/** What a workbook says about itself: its sheets, the formats of its cells, from when it counts days. */
import { posix } from 'node:path'
import { noWorkbook, sourceFailure } from './refused.ts'
import { readPart } from './xml.ts'
import type { Zip } from './zip.ts'

export interface Book {
  sheets: BookSheet[]
  /** Number formats by the index that cells have. */
  formats: string[]
  from1904: boolean
  /** The part with the texts that cells share, if there is one. */
  sharedStrings: string | undefined
}

export interface BookSheet {
  name: string
  isVisible: boolean
  part: string
}

/** Fails with `source` where the zip is something else than a workbook. */
export async function readBook(zip: Zip): Promise<Book> {
  const main = await mainPart(zip)
  const book: Book = { sheets: [], formats: [], from1904: false, sharedStrings: undefined }
  const relations = await relationsOf(zip, main)
  await readPart(zip, main, {
    open(name, attributes) {
      if (name === 'workbookPr') book.from1904 = /^(1|true)$/.test(attributes.date1904 ?? '')
      if (name === 'sheet') addSheet(zip, book, attributes, relations)
    },
    close() {},
  })
  // A part that is named and missing fails when it is read.
  const partOf = (type: string) => [...relations.values()].find(relation => relation.type === type)?.part
  book.sharedStrings = partOf('sharedStrings')
  const styles = partOf('styles')
  if (styles) book.formats = await readFormats(zip, styles)
  return book
}

function addSheet(
  zip: Zip,
  book: Book,
  attributes: Record<string, string>,
  relations: Map<string, Relation>,
): void {
  const key = Object.keys(attributes).find(name => name === 'id' || name.endsWith(':id'))
  const relation = key === undefined ? undefined : relations.get(attributes[key]!)
  const name = attributes.name ?? ''
  if (!relation || !zip.has(relation.part))
    throw sourceFailure(zip.path, `the workbook is damaged: sheet ${JSON.stringify(name)} is not there`)
  // Sheets of charts and macros have no rows.
  if (relation.type !== 'worksheet') return
  book.sheets.push({ name, isVisible: (attributes.state ?? 'visible') === 'visible', part: relation.part })
}

interface Relation {
  /** The last word of its URI. */
  type: string
  part: string
}

async function mainPart(zip: Zip): Promise<string> {
  const others = [
    ['word/document.xml', 'it is a Word document'],
    ['ppt/presentation.xml', 'it is a presentation'],
    ['xl/workbook.bin', 'it is a binary workbook (.xlsb)'],
    ['content.xml', 'it is an OpenDocument file'],
  ] as const
  for (const [part, what] of others) if (zip.has(part)) throw noWorkbook(zip.path, what)
  if (!zip.has('_rels/.rels')) throw noWorkbook(zip.path, 'it is some other zip archive')
  for (const { type, part } of (await relationsOf(zip, '')).values())
    if (type === 'officeDocument') return part
  throw noWorkbook(zip.path, 'it is some other zip archive')
}

async function relationsOf(zip: Zip, part: string): Promise<Map<string, Relation>> {
  const folder = posix.dirname(part)
  const relations = new Map<string, Relation>()
  await readPart(zip, posix.join(folder, '_rels', `${posix.basename(part)}.rels`), {
    open(name, { Id, Type = '', Target = '', TargetMode }) {
      if (name !== 'Relationship' || !Id || TargetMode === 'External') return
      const target = posix.resolve('/', folder, Target).slice(1)
      relations.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), part: target })
    },
    close() {},
  })
  return relations
}

/** Formats that have a number and no text in the file (ECMA-376 part 1, 18.8.30), as far as they matter here. */
const BUILT_IN = new Map<number, string>([
  [0, 'General'],
  [1, '0'],
  [2, '0.00'],
  [18, 'h:mm AM/PM'],
  [19, 'h:mm:ss AM/PM'],
  [20, 'h:mm'],
  [21, 'h:mm:ss'],
  [22, 'm/d/yy h:mm'],
  [45, 'mm:ss'],
  [46, '[h]:mm:ss'],
  [47, 'mm:ss.0'],
  [49, '@'],
  ...[14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58].map(
    (id): [number, string] => [id, 'm/d/yyyy'],
  ),
  ...[32, 33, 34, 35].map((id): [number, string] => [id, 'h:mm:ss']),
])

async function readFormats(zip: Zip, part: string): Promise<string[]> {
  const codes = new Map(BUILT_IN)
  const ids: number[] = []
  let inCells = false
  await readPart(zip, part, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
      if (name === 'cellXfs') inCells = true
      if (name === 'xf' && inCells) ids.push(Number(attributes.numFmtId ?? 0))
    },
    close(name) {
      if (name === 'cellXfs') inCells = false
    },
  })
  return ids.map(id => codes.get(id) ?? 'General')
}
