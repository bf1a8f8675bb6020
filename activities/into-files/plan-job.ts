/** Lists the files of an export, with the rows of each where there is a file for each row of a table; runs in a thread. */
import { renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { makeFolder, runFolder } from '../../home/home.ts'
import { type FileLayout, type PlannedFile, planFiles } from '../../ledger/in-file/exported.ts'
import { count } from '../../model/amounts.ts'
import { Failure } from '../../model/failure.ts'
import { fileNameOf } from '../../model/files/file-name.ts'
import type { Finding } from '../../model/finding.ts'
import { entityName, type Layout, NAMING } from '../../model/into-files/layout.ts'
import type { ExportRequest } from '../../model/plan-request.ts'
import type { Table } from '../../model/schema.ts'
import { findOwners, type Owners } from '../../stores/sqlite/owners.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { needSnapshot } from '../artifacts.ts'
import type { Progress } from '../progress.ts'
import { folderOf } from './folder.ts'
import { filesInTheWay } from './look-at-folder.ts'
import { otherManifest } from './other-manifest.ts'
import { filesPath, ownersPath } from './place.ts'
import { RowsOfFiles } from './rows.ts'

export interface PlanFilesInput {
  home: string
  run: string
  request: Pick<ExportRequest, 'ifExists' | 'target'>
  layout: Layout
  chosen: Table[]
  /** Of an earlier run: only these. */
  only?: string[]
}

export interface FilesPlanned {
  /** What is to be said of the files. */
  findings: Finding[]
  /** Of a part of them: the rows of each table that is in it. */
  rows?: Record<string, number>
}

export async function planFilesOf(input: PlanFilesInput, progress: Progress): Promise<FilesPlanned> {
  try {
    return listed(input, progress)
  } catch (error) {
    throw error instanceof Failure ? error : writingFailure(filesPath(input.home, input.run), error)
  }
}

function listed(
  { home, run, request, layout, chosen, only }: PlanFilesInput,
  progress: Progress,
): FilesPlanned {
  makeFolder(runFolder(run, home))
  const { files, findings } = filesOf(home, run, layout, chosen, progress)
  const wanted = only ? files.filter(({ file, kind }) => kind === 'manifest' || only.includes(file)) : files
  keep(
    filesPath(home, run),
    { ...layout, tables: chosen.map(({ name }) => name), ...(only && { partial: true }) },
    wanted,
  )
  const folder = folderOf(request.target, layout.single)
  const names = wanted.map(({ file }) => file)
  return {
    findings: [
      ...findings,
      ...filesInTheWay(folder, names, request),
      ...otherManifest(folder, names, layout, request),
    ],
    ...(only && { rows: rowsIn({ home, run }, chosen, wanted) }),
  }
}

function rowsIn(
  place: { home: string; run: string },
  chosen: Table[],
  files: readonly PlannedFile[],
): Record<string, number> {
  const rows = new RowsOfFiles(place, chosen)
  const counts: Record<string, number> = {}
  try {
    for (const file of files)
      for (const table of file.tables) counts[table] = (counts[table] ?? 0) + rows.count(table, file)
    return counts
  } finally {
    rows.close()
  }
}

function filesOf(
  home: string,
  run: string,
  layout: Layout,
  chosen: readonly Table[],
  progress: Progress,
): { files: PlannedFile[]; findings: Finding[] } {
  const { per, manifest } = layout
  const root = per === undefined ? undefined : chosen.find(({ name }) => name === per)
  const beside = manifest === undefined ? [] : [{ file: manifest, kind: 'manifest' as const, tables: [] }]
  if (root === undefined) {
    const files = layout.files.filter(({ tables }) => tables.length > 0)
    return { files: [...files.map(file => ({ ...file, kind: 'tables' as const })), ...beside], findings: [] }
  }
  const paths = { path: ownersPath(home, run), snapshot: needSnapshot(home, run) }
  const owners = findOwners(paths, { tables: chosen, root, naming: NAMING }, progress)
  return {
    files: [...perEntity(root, chosen, owners), ...beside],
    findings: owners.tables.flatMap(sharedRows),
  }
}

function perEntity(root: Table, chosen: readonly Table[], { entities, tables }: Owners): PlannedFile[] {
  const taken = new Set<string>()
  const below = new Map(tables.map(table => [table.name, table]))
  const isBelow = ({ name }: Table) => name === root.name || below.has(name)
  const own = chosen.filter(isBelow).map(({ name }) => name)
  const rest = chosen
    .filter(table => !isBelow(table) || entities.length === 0 || (below.get(table.name)?.rest ?? 0) > 0)
    .map(({ name }) => name)
  const files = entities.map(({ e, key, name }): PlannedFile => {
    const file = `${entityName(root.name, name, key, taken)}.xlsx`
    return { file, kind: 'entity', tables: own, entity: e }
  })
  if (rest.length > 0) files.push({ file: `${fileNameOf(OTHERS, taken)}.xlsx`, kind: 'rest', tables: rest })
  return files
}

/** Tables that belong to no row, and rows that have no parent. */
const OTHERS = 'other-tables'

const sharedRows = ({ name, shared }: Owners['tables'][number]): Finding[] =>
  shared === 0
    ? []
    : [
        {
          code: 'rows-of-several-files',
          severity: 'note',
          object: `table ${name}`,
          message: `${count(shared, 'row')} of it ${shared === 1 ? 'belongs' : 'belong'} to several files by different foreign keys, and ${shared === 1 ? 'goes' : 'go'} into one: that of the shortest chain of keys, of equal ones the key that is declared first`,
        },
      ]

/** Its name shows it whole or not. */
function keep(
  path: string,
  { files: _files, refused: _refused, ...layout }: Layout & Pick<FileLayout, 'tables' | 'partial'>,
  files: PlannedFile[],
): void {
  const half = `${path}.half`
  for (const end of ['', '-journal']) rmSync(`${half}${end}`, { force: true })
  const db = new Database(half)
  try {
    db.transaction(() => planFiles(db, layout, files))()
  } finally {
    db.close()
  }
  renameSync(half, path)
}
