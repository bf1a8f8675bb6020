/** Every file is read again, and its rows are compared with those of the snapshot; runs in a thread. */
import { join } from 'node:path'
import { fileDigests } from '../../ledger/in-file/chunks.ts'
import { allFiles, type ExportedFile } from '../../ledger/in-file/exported.ts'
import { fileTables, noteFileVerdict } from '../../ledger/in-file/reader.ts'
import { setFileStep } from '../../ledger/in-file/runs.ts'
import { imbalance } from '../../model/balance.ts'
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { TableResult } from '../../model/run.ts'
import type { Row } from '../../model/types.ts'
import { Digest } from '../../stores/digest/digest.ts'
import { type Digester, digestFor } from '../../stores/digest/digester.ts'
import { digestSource } from '../../stores/digest/source.ts'
import { readFile } from '../../stores/files/open.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import { needSnapshot } from '../artifacts.ts'
import { compared } from '../digest-job.ts'
import type { Progress } from '../progress.ts'
import { fileLabel } from './label.ts'
import { type Export, type ExportInput, withExport } from './place.ts'
import { tablesOfScript } from './read-script.ts'

/** What the files hold of one table. */
interface Found {
  digester: Digester
  /** Why it is not known what some of them hold, in words. */
  error?: string
}

export async function readAgain(
  { tables, ...input }: ExportInput & { tables: string[] },
  progress: Progress,
  signal: AbortSignal,
): Promise<TableResult[]> {
  return withExport(input, { progress, signal }, async opened => {
    const { db, plan, token, waiting } = opened
    await writing(db, waiting, () => setFileStep(db, token.run, 'validate', 'running'))
    const rows = fileTables(db, token.run).filter(({ state }) => state !== 'skipped')
    const asked = plan.what.tables.filter(({ name }) => tables.includes(name))
    const chosen = asked.filter(({ name }) => rows.some(row => row.name === name))
    const found = new Map(
      chosen.map(table => [table.name, { digester: digestFor(table, 'source') } as Found]),
    )
    for (const file of allFiles(db))
      if (file.state === 'done' && file.kind !== 'manifest')
        await readOne(opened, file, found, progress, signal)
    const results: TableResult[] = []
    for (const table of chosen) {
      const row = rows.find(({ name }) => name === table.name)!
      results.push(await compare(opened, table, row, found.get(table.name)!, progress))
    }
    return results
  })
}

async function readOne(
  opened: Export,
  file: ExportedFile,
  found: ReadonlyMap<string, Found>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { where, target, layout, contents, home, token } = opened
  const path = join(where.folder, file.file)
  const known = contents.tables
    .filter(({ name }) => file.tables.includes(name))
    .map(table => ({ ...table, rows: file.rows[table.name] ?? 0 }))
  try {
    const batches =
      target.format === 'sql'
        ? tablesOfScript({ home, run: token.run, path, known, signal, progress })
        : readFile(target.format, path, layout.options, known, signal)
    for await (const { table, columns, rows, bad } of batches) {
      const [own] = known.length === 1 ? known : known.filter(({ name }) => name === table)
      const seen = own && found.get(own.name)
      if (!seen) throw unlike(`it holds rows of "${table}"`)
      if (bad.length > 0)
        throw unlike(`row ${bad[0]!.place} of "${own.name}" cannot be read (${bad[0]!.rule})`)
      if (columns.length !== own.columns.length || own.columns.some(({ name }, i) => name !== columns[i]))
        throw unlike(`"${own.name}" has other columns`)
      seen.digester.add(rows as Row[])
      progress({ file: file.no, table: own.name, rows: seen.digester.digest.count })
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { code, message } = error.facts
    if (code === 'space' || code === 'fenced') throw error
    const reason = `${fileLabel(opened, file)} does not hold what was written: ${message}`
    for (const { name } of known) {
      const seen = found.get(name)
      if (seen) seen.error ??= reason
    }
  }
}

const unlike = (message: string) => new Failure({ code: 'object', message })

type Counts = ReturnType<typeof fileTables>[number]

async function compare(
  opened: Export,
  table: TablePlan,
  row: Counts,
  { digester: { digest }, error }: Found,
  progress: Progress,
): Promise<TableResult> {
  const { db, token, waiting } = opened
  const source = digestOf(opened, table, rows => progress({ table: table.name, rows }))
  const seconds = row.startedAt && row.endedAt ? (row.endedAt.getTime() - row.startedAt.getTime()) / 1000 : 0
  const unbalanced = error ?? imbalance(table.rows, row, digest.count)
  const result = {
    ...compared(table, source, digest, { ...row, seconds }, unbalanced),
    target: table.target.name,
  }
  const { counted, verdict } = result
  await writing(db, waiting, () =>
    noteFileVerdict(db, token.run, {
      ...{ table: table.name, counted, verdict },
      sourceDigest: Buffer.from(source.toBytes()),
      targetDigest: Buffer.from(digest.toBytes()),
      ...(unbalanced !== undefined && { error: unbalanced }),
    }),
  )
  return result
}

/** What the source has of a table; of a part of the files what was read for these. */
function digestOf(
  { home, db, layout, token: { run } }: Export,
  table: TablePlan,
  heard: (rows: number) => void,
): Digest {
  if (layout.partial) {
    const digest = new Digest()
    for (const bytes of fileDigests(db, run, table.name)) digest.merge(Digest.fromBytes(bytes))
    return digest
  }
  const store = openSqlite(needSnapshot(home, run))
  try {
    return digestSource(store, table, {}, heard).digest
  } finally {
    store.close()
  }
}
