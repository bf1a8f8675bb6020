/**
 * What one writes in an afternoon with the libraries alone: a table of SQLite into a file, and a file into a table of SQLite, with no
 * check and no record of how far it is. Says rows and its peak of resident memory.
 *
 *     node bench/peers/files.ts out|in FORMAT DATABASE FILE
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Database from 'better-sqlite3'
import { parse } from 'csv-parse'
import { stringify } from 'csv-stringify'
import exceljs from 'exceljs'

const [way, format, database, file] = process.argv.slice(2) as [string, string, string, string]
const db = new Database(database)
const rows = way === 'out' ? await written() : await read()
db.close()
console.log(JSON.stringify({ rows, peak: process.resourceUsage().maxRSS * 1024 }))

async function written(): Promise<number> {
  const select = db.prepare('SELECT * FROM sale')
  const total = db.prepare('SELECT count(*) FROM sale').pluck().get() as number
  const columns = select.columns().map(({ name }) => name)
  if (format === 'xlsx') {
    const book = new exceljs.stream.xlsx.WorkbookWriter({ filename: file })
    const sheet = book.addWorksheet('sale')
    sheet.addRow(columns).commit()
    for (const row of select.raw().iterate()) sheet.addRow(row as unknown[]).commit()
    await book.commit()
  } else if (format === 'csv') {
    const rows = Readable.from(select.raw().iterate())
    await pipeline(rows, stringify({ header: true, columns }), createWriteStream(file))
  } else {
    const lines = function* () {
      for (const row of select.iterate()) yield `${JSON.stringify(row)}\n`
    }
    await pipeline(Readable.from(lines()), createWriteStream(file))
  }
  return total
}

async function read(): Promise<number> {
  let insert: Database.Statement | undefined
  let count = 0
  const add = (cells: unknown[], names: string[]) => {
    if (!insert) {
      db.exec(`CREATE TABLE sale (${names.map(name => `"${name}"`).join(', ')}); BEGIN`)
      insert = db.prepare(`INSERT INTO sale VALUES (${names.map(() => '?').join(', ')})`)
    }
    insert.run(cells)
    count++
  }
  if (format === 'csv') {
    const records = createReadStream(file).pipe(parse())
    let names: string[] | undefined
    for await (const record of records as AsyncIterable<string[]>)
      if (names) add(record, names)
      else names = record
  } else if (format === 'jsonl') {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const row = JSON.parse(line) as object
      add(Object.values(row), Object.keys(row))
    }
  } else {
    const book = new exceljs.stream.xlsx.WorkbookReader(file, {})
    for await (const sheet of book) {
      let names: string[] | undefined
      for await (const row of sheet) {
        const cells = (row.values as unknown[]).slice(1)
        if (names)
          add(
            Array.from(names, (_, i) => plain(cells[i])),
            names,
          )
        else names = cells.map(String)
      }
    }
  }
  db.exec('COMMIT')
  return count
}

function plain(cell: unknown): unknown {
  return cell instanceof Date ? cell.toISOString() : (cell ?? null)
}
