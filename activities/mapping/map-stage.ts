/** A job: makes the image of a run, in the target's tables and columns, from the rows of its stage, by the plan's mapping. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { runFolder, writePrivate } from '../../home/home.ts'
import { lookUp } from '../../model/build-plan/names.ts'
import type { Finding } from '../../model/finding.ts'
import type { IntakeTable } from '../../model/intake.ts'
import type { Sides } from '../../model/mapping/check-column.ts'
import { coverageMistakes } from '../../model/mapping/coverage.ts'
import type { Lookup, MappedTable, Mapping } from '../../model/mapping/mapping.ts'
import { mappingOrder, parentOf } from '../../model/mapping/order.ts'
import type { PreviewTable } from '../../model/mapping/show-preview.ts'
import { mistakesFailure } from '../../model/mistakes-failure.ts'
import type { Mode } from '../../model/payloads.ts'
import type { AnyRequest, PlanFile } from '../../model/plan-request.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { mappingPath, writeArtifact } from '../artifacts.ts'
import type { Progress } from '../progress.ts'
import { noteDuplicates } from './dedupe.ts'
import { EntryMapper } from './entry.ts'
import { columnsOf, keysOf, makeTable, rowNumberOf } from './image.ts'
import { lateCells } from './late.ts'
import type { EntryPart } from './part.ts'
import { type Source, Sources } from './sources.ts'
import { type MappingTarget, openTarget } from './target.ts'
import { leftOut, notMapped } from './tell.ts'
import { Watcher } from './watcher.ts'
import { attach, type Mark, once, openWork, readResult, writeResult } from './work-file.ts'

export interface MapInput {
  home: string
  run: string
  /** Paths of the two databases. */
  stage: string
  image: string
  /** With its mapping, and the places in it that mistakes name. */
  file: PlanFile
  target: AnyRequest['target']
  /** In a dry run no numbers are taken from the target. */
  mode: Mode
  /** So many rows of each entry are shown, in the artifact `preview`. */
  preview?: number
}

export interface Mapped {
  /** By table of the target: read = filtered + duplicates + rejected + written. */
  tables: IntakeTable[]
  /** What is to be told of the source, besides rows that are rejected. */
  findings: Finding[]
}

/**
 * Goes on where it was stopped. Fails with `usage` where the mapping does not fit source and target, all mistakes at once, before a
 * row is mapped. Passwords that were made stand in `passwords.csv` in the run's folder, and nowhere else.
 */
export async function mapStage(input: MapInput, progress: Progress, signal: AbortSignal): Promise<Mapped> {
  const { home, run, stage, image, file } = input
  const mapping = file.mapping!
  const folder = runFolder(run, home)
  // Rows that an attempt before this one has mapped were seen by nobody.
  if (input.preview !== undefined) rmSync(image, { force: true })
  const db = openWork({ stage, image, work: mappingPath(home, run) })
  try {
    const result = readResult<Mapped>(db)
    if (result) return result
    const sources = new Sources(db, signal)
    const target = await openTarget({ home, run }, input.target)
    const read = await readable(mapping, sources)
    const mistakes = coverageMistakes(mapping, await sidesOf(mapping, sources, target, read), file)
    if (mistakes.length > 0) throw mistakesFailure(file.file, mistakes)
    attach(db, image, 'image')
    const late = lateCells(db, target, input.mode === 'full')
    const shown: PreviewTable[] = []
    const tables: IntakeTable[] = []
    for (const table of mappingOrder(mapping, target.tables).order) {
      const parts = tableOf(db, table, mapping, read, target)
      const marks: Mark[] = []
      for (const part of parts) {
        const watch = input.preview === undefined ? undefined : new Watcher(db, part, input.preview)
        const mapper = new EntryMapper(db, part, late, watch)
        marks.push(await mapper.run({ db, target, sources, mapping }, progress, signal))
        if (watch) shown.push(watch.table())
      }
      tables.push(summed(table, marks))
    }
    if (input.preview !== undefined) writeArtifact(home, run, 'preview', { tables: shown })
    writePasswords(db, folder)
    const findings = [...tables.flatMap(table => leftOut(table, mapping)), ...notMapped(mapping, sources)]
    const mapped = { tables, findings }
    writeResult(db, mapped)
    return mapped
  } finally {
    db.close()
  }
}

type Readable = Map<MappedTable, Source | { problem: string }>

/** What each entry reads, in the order of the plan file. */
async function readable(mapping: Mapping, sources: Sources): Promise<Readable> {
  const read: Readable = new Map()
  for (const entry of Object.values(mapping).flat()) read.set(entry, await sources.of(entry))
  return read
}

async function sidesOf(
  mapping: Mapping,
  sources: Sources,
  { tables, makes }: MappingTarget,
  read: Readable,
): Promise<Sides> {
  const files = new Map<string, string[] | { problem: string }>()
  const entries = Object.values(mapping).flat()
  for (const { in: place } of entries.flatMap(({ columns }) => lookupsOf(columns))) {
    if (!('file' in place) || files.has(place.file)) continue
    const source = await sources.fromFile(place.file)
    files.set(place.file, 'problem' in source ? source : source.columns)
  }
  return {
    columnsOf: entry => {
      const source = read.get(entry)!
      return 'problem' in source ? source : source.columns
    },
    sources: sources.tables.map(({ name }) => name),
    columnsOfSource: table => sources.table(table)?.columns,
    columnsOfFile: path => files.get(path)!,
    targets: tables,
    makes,
  }
}

/** What is to be done for one table, and the table itself, made. */
function tableOf(
  db: Connection,
  name: string,
  mapping: Mapping,
  read: Readable,
  { tables }: MappingTarget,
): EntryPart[] {
  const entries = mapping[name]!
  const there = lookUp(tables, name)
  const sources = entries.map(entry => read.get(entry) as Source)
  const columns = entries.map((entry, i) => columnsOf(entry, sources[i]!, there))
  const keys = keysOf(entries, sources, there)
  const again = takesAgain(db)
  makeTable(db, name, sameTypes(columns), keys)
  return entries.map((entry, i) => {
    const parent = parentOf(mapping, entry)
    const part: EntryPart = {
      ...{ name: `${i} ${name}`, table: name, entry, source: sources[i]!, columns: columns[i]! },
      ...(there && { there }),
      again,
      isParent: isParent(mapping, name, i),
      ...(parent && {
        parent: {
          name: `${parent.at} ${parent.table}`,
          table: parent.table,
          rowNumber: rowNumberOf(
            Object.keys(mapping[parent.table]![parent.at]!.columns).map(column => ({ name: column })),
          ),
        },
      }),
    }
    noteDuplicates(db, part)
    if (part.isParent)
      once(db, `made ${part.name}`, 'row INTEGER PRIMARY KEY, made INTEGER, fate TEXT NOT NULL', () => {})
    return part
  })
}

const takesAgain = (db: Connection): boolean =>
  db.prepare('SELECT 1 FROM main.longhaul_again LIMIT 1').get() !== undefined

/** A column that several sources give is of a type only where they agree. */
function sameTypes([first, ...others]: EntryPart['columns'][]): EntryPart['columns'] {
  return first!.map(column => {
    const same = others.every(columns => {
      const other = columns.find(({ name }) => name === column.name)
      return JSON.stringify(other?.type) === JSON.stringify(column.type)
    })
    return same ? column : { ...column, type: undefined }
  })
}

const isParent = (mapping: Mapping, table: string, at: number): boolean =>
  Object.values(mapping)
    .flat()
    .some(entry => {
      const parent = parentOf(mapping, entry)
      return parent?.table === table && parent.at === at
    })

function summed(table: string, marks: readonly Mark[]): IntakeTable {
  const sum = (key: Exclude<keyof IntakeTable, 'table'>) => marks.reduce((all, mark) => all + mark[key], 0)
  return {
    table,
    read: sum('read'),
    filtered: sum('filtered'),
    duplicates: sum('duplicates'),
    rejected: sum('rejected'),
    written: sum('written'),
  }
}

const lookupsOf = (columns: MappedTable['columns']): Lookup[] =>
  Object.values(columns).flatMap(({ lookups = [] }) => lookups)

/** A file of its own, and the only one that has them. */
function writePasswords(db: Connection, folder: string): void {
  const rows = db
    .prepare('SELECT key, password, "table", "column" FROM work.password ORDER BY no')
    .raw()
    .all()
  if (rows.length === 0) return
  writePrivate(
    join(folder, 'passwords.csv'),
    stringify([['row', 'password', 'table', 'column'], ...(rows as string[][])]),
  )
}
