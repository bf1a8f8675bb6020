/** A dump of SQLite, as text, into the stage. */
import { createReadStream } from 'node:fs'
import { Failure } from '../../model/failure.ts'
import { fileObject, withoutValues } from '../sqlite/errors.ts'
import type { Connection } from '../sqlite/open.ts'
import { DumpRunner, type Meant } from './dump-runner.ts'
import { type ScriptStatement, Statements } from './statements.ts'

/** Bytes that are read at once. */
const PIECE = 1024 * 1024
/** Statements after which `heard` is told. */
const OFTEN = 1000

/**
 * Runs the statements of a dump in the transaction that is open in `stage`; `heard` is told how many. Fails with `source` and the
 * number of the line where a statement is none that a dump has, or the dump ends too early.
 */
export async function loadSqlText(
  path: string,
  stage: Connection,
  signal: AbortSignal,
  heard: (statements: number) => void = () => {},
): Promise<void> {
  const runner = new DumpRunner(stage)
  const statements = new Statements()
  let done = 0
  try {
    for await (const piece of texts(path, signal)) {
      if (done === 0) refuseOthers(path, piece)
      for (const statement of statements.add(piece)) {
        run(path, runner, statement)
        if (++done % OFTEN === 0) heard(done)
      }
    }
  } finally {
    runner.close()
  }
  const rest = statements.rest()
  if (rest) throw at(path, rest.line, 'the file ends in the midst of a statement', WHOLE)
  if (runner.isOpen) throw at(path, undefined, 'the file ends before the COMMIT of the dump', WHOLE)
  heard(done)
}

const WHOLE = 'Make the dump anew, or get the whole file'

async function* texts(path: string, signal: AbortSignal): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: PIECE, signal }))
      yield decoder.decode(bytes as Uint8Array, { stream: true })
    decoder.decode()
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw at(path, undefined, 'its text is not UTF-8', 'Make the dump with "sqlite3 FILE .dump"')
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
      throw at(path, undefined, `it cannot be read (${code})`, 'Check the path')
    throw error
  }
}

function run(path: string, runner: DumpRunner, { sql, line }: ScriptStatement): void {
  let refused: Meant | undefined
  try {
    refused = runner.run(sql)
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_')) throw error
    const message = `SQLite does not take the statement: ${withoutValues(error as Error)}`
    throw at(path, line, message, 'Correct it, or make the dump anew', error)
  }
  if (refused) throw at(path, line, refused.message, refused.remedy)
}

/** Other programs write dumps of other words, and what their types mean is known to their servers alone. */
function refuseOthers(path: string, head: string): void {
  if (/^-- PostgreSQL database (cluster )?dump/m.test(head) || /^COPY .* FROM stdin;/m.test(head))
    throw at(
      path,
      undefined,
      'this is a dump of PostgreSQL as text',
      'Make it with "pg_dump -Fc", and name it as dump:FILE; or restore it into a database, and name that',
    )
  if (/^-- (MySQL|MariaDB) dump/m.test(head) || /^\/\*!\d{5} /m.test(head) || /\) ENGINE=\w+/.test(head))
    throw at(
      path,
      undefined,
      'this is a dump of MySQL',
      'Export its tables as CSV, and name the folder as csv:FOLDER/',
    )
}

function at(
  path: string,
  line: number | undefined,
  message: string,
  remedy: string,
  cause?: unknown,
): Failure {
  const object = line === undefined ? fileObject(path) : `${fileObject(path)}, line ${line}`
  return new Failure({ code: 'source', object, message, remedy }, { cause })
}
