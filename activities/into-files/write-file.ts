/** One file: its tables with their rows, and a digest of each. */
import type { ExportedFile, SettledFile } from '../../ledger/in-file/exported.ts'
import { sequenceSql } from '../../model/into-files/contents.ts'
import type { Cell } from '../../model/types.ts'
import { digestFor } from '../../stores/digest/digester.ts'
import { openWriter } from '../../stores/files/open.ts'
import type { FileAbout, FileWriter } from '../../stores/files/writer.ts'
import { openSqlWriter } from '../../stores/sql/write.ts'
import { readArtifact } from '../artifacts.ts'
import type { Progress } from '../progress.ts'
import { tableOf } from '../target.ts'
import type { Export } from './place.ts'
import type { RowsOfFiles } from './rows.ts'
import { nameOfSource } from './source.ts'

/** Writes it under the path `half`. */
export async function writeFile(
  opened: Export,
  rows: RowsOfFiles,
  file: ExportedFile,
  half: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<SettledFile> {
  const claimedAt = new Date().toISOString()
  const writer = openFor(opened, file, half)
  try {
    const counts: SettledFile['rows'] = {}
    for (const table of opened.contents.tables.filter(({ name }) => file.tables.includes(name))) {
      const digester = digestFor(tableOf(opened.plan, table.name), 'source')
      const own = file.kind === 'tables' ? table.rows : rows.count(table.name, file)
      await writer.table({ ...table, rows: own })
      for (const batch of rows.read(table.name, file)) {
        signal.throwIfAborted()
        await writer.rows(batch)
        digester.add(batch as Cell[][])
        progress({ file: file.no, table: table.name, rows: digester.digest.count })
      }
      counts[table.name] = { rows: digester.digest.count, digest: digester.digest.toBytes() }
    }
    return { ...(await writer.end()), rows: counts, claimedAt }
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function openFor(
  { home, target, layout, contents, plan, token, takenAt }: Export,
  file: ExportedFile,
  path: string,
): FileWriter {
  const { source } = plan.what
  const about: FileAbout = {
    title: file.kind === 'entity' ? file.file.replace(/\.[^.]*$/, '') : nameOfSource(source),
    source: nameOfSource(source),
    takenAt,
    run: token.run,
    ...(file.tables.length === contents.tables.length && {
      after: [...contents.after, ...sequenceSql(contents)],
    }),
  }
  if (target.format === 'sql') {
    const postgres =
      layout.options.dialect === 'postgres' ? readArtifact(home, token.run, 'script-plan') : undefined
    return openSqlWriter(path, layout.options, about, { ...contents, ...(postgres && { postgres }) })
  }
  return openWriter(target.format, path, layout.options, about)
}
