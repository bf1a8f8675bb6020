/**
 * Digests views and queries in a process of its own: nothing else ends a query of SQLite that takes too long. Started
 * and ended by `views.ts`.
 */
import { Worker } from 'node:worker_threads'
import { Failure } from '../../model/failure.ts'
import type { Row } from '../../model/types.ts'
import { ViewDigester, viewAsTable } from '../digest/view.ts'
import { type Connection, openSnapshot } from './open.ts'
import { quote } from './quote.ts'
import { realsAsTexts } from './reals-as-texts.ts'
import type { AskedView, ViewAnswer } from './views.ts'

const db = openSnapshot(process.argv[2]!)

process.on('message', (view: AskedView) => process.send!(answer(view)))
process.on('disconnect', () => process.exit())
// While a query goes on nothing of this thread hears that the parent was killed, and the query would go on for nobody.
new Worker(
  `setInterval(() => process.ppid === ${process.ppid} || process.kill(process.pid, 'SIGKILL'), 1000)`,
  { eval: true },
).unref()

/** Messages of SQLite may quote values: only its own words about names are passed on. */
function answer(view: AskedView): ViewAnswer {
  try {
    return digest(db, view)
  } catch (error) {
    if (error instanceof Failure) return failed(view, error)
    const { code, message } = error as Error & { code?: string }
    if (error instanceof RangeError && view.sql !== undefined) return { failure: 'it has several statements' }
    return { failure: code === 'SQLITE_ERROR' && OF_NAMES.test(message) ? message : (code ?? 'internal') }
  }
}

/** What SQLite says of names, and of how a query is written. */
const OF_NAMES = /^(no such |ambiguous |near |incomplete input|misuse of |wrong number of arguments)/

/** What the digest says of a value that no type of the target's holds, it says as of a table. */
function failed({ name }: AskedView, { facts: { code, object = '', message } }: Failure): ViewAnswer {
  if (code !== 'value') return { failure: `${object}: ${message}` }
  return { unfit: `${object.slice(`table "${name}", `.length)}: ${message}` }
}

/** As many rows as are held at once; they may be large. */
const BATCH = 100

function digest(
  db: Connection,
  { name, columns, sql = `SELECT * FROM ${quote(name)}` }: AskedView,
): ViewAnswer {
  const prepared = db.prepare<[], Row>(sql)
  if (!prepared.reader || !prepared.readonly) return { failure: 'it is no query' }
  const statement = prepared.raw().safeIntegers()
  const found = statement.columns().length
  if (found !== columns.length) return { columns: found }
  const table = viewAsTable(name, { schema: '', name }, columns)
  const digester = new ViewDigester(table, 'source')
  const print = realsAsTexts(table.columns)
  const decimals = columns.flatMap(({ type }, at) => (type.kind === 'numeric' ? [at] : []))
  const reals = new Set<number>()
  let rows: Row[] = []
  for (const row of statement.iterate()) {
    // Integers come as bigints.
    for (const at of decimals) if (typeof row[at] === 'number') reals.add(at)
    print?.(row)
    rows.push(row)
    if (rows.length < BATCH) continue
    digester.add(rows)
    rows = []
  }
  digester.add(rows)
  return { ...digester.result, ...(reals.size > 0 && { reals: [...reals] }) }
}
