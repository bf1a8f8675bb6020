/** A run from an image into a SQLite file, job by job, without a Temporal server. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { snapshotPath, writeArtifact } from '../../../activities/artifacts.ts'
import { backUpFile } from '../../../activities/into-sqlite/back-up-file.ts'
import { closeFile } from '../../../activities/into-sqlite/close-file.ts'
import { digestOfFile } from '../../../activities/into-sqlite/digest-file.ts'
import type { FilePlace } from '../../../activities/into-sqlite/file.ts'
import { copyFileLane } from '../../../activities/into-sqlite/lane.ts'
import { makeIndexes } from '../../../activities/into-sqlite/make-indexes.ts'
import { makeRest } from '../../../activities/into-sqlite/make-rest.ts'
import { makeTables } from '../../../activities/into-sqlite/make-tables.ts'
import { openRunFile } from '../../../activities/into-sqlite/open-file.ts'
import { orphansOfFile } from '../../../activities/into-sqlite/orphans.ts'
import { takeFileBack } from '../../../activities/into-sqlite/take-back.ts'
import { lookAtImage, matchImageWith, nameImage } from '../../../activities/staged/image-job.ts'
import { runFolder } from '../../../home/home.ts'
import { staged } from '../../../model/endpoint.ts'
import { newNames, pairsOf } from '../../../model/from-image/names.ts'
import { planFromImage } from '../../../model/from-image/plan.ts'
import type { Plan } from '../../../model/plan.ts'
import { type PlanFile, planRequest, type RequestOptions } from '../../../model/plan-request.ts'
import type { TableResult } from '../../../model/run.ts'
import { lookAtFile } from '../../../stores/sqlite/look-at-file.ts'
import { workPath } from '../../../stores/sqlite/write/place.ts'

const NEVER = new AbortController().signal
const silent = () => {}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'longhaul-image-'))

/** Makes a database, or adds to it. */
export function execute(path: string, sql: string): void {
  const db = new Database(path)
  try {
    db.pragma('foreign_keys = OFF')
    db.exec(sql)
  } finally {
    db.close()
  }
}

export function query(path: string, sql: string): unknown[][] {
  const db = new Database(path)
  try {
    return db.prepare<[], unknown[]>(sql).raw().safeIntegers().all()
  } finally {
    db.close()
  }
}

/** All definitions, and all rows with the classes of their cells, of a file. */
export function contentOf(path: string): unknown {
  const db = new Database(path)
  try {
    const schema = db
      .prepare<[], { type: string; name: string; sql: string }>(
        `SELECT type, name, sql FROM sqlite_schema
          WHERE name NOT LIKE 'longhaul%' AND name NOT LIKE 'sqlite%' ORDER BY name`,
      )
      .all()
    const rows = schema
      .filter(({ type }) => type === 'table')
      .map(({ name }) => {
        const columns = db.pragma(`table_xinfo("${name}")`) as { name: string }[]
        const terms = columns.map(column => `typeof("${column.name}"), quote("${column.name}")`)
        return [
          name,
          db
            .prepare(`SELECT ${terms.join(', ')} FROM "${name}"`)
            .raw()
            .all()
            .map(row => JSON.stringify(row))
            .sort(),
        ]
      })
    return { schema, rows }
  } finally {
    db.close()
  }
}

export class FileRun {
  readonly home: string
  readonly run: string = randomUUID()
  readonly path: string
  readonly #options: RequestOptions
  place!: FilePlace
  plan!: Plan

  constructor(folder: string, path: string, options: RequestOptions = {}) {
    this.home = join(folder, 'home')
    this.path = path
    this.#options = options
  }

  /** The image, made by these statements; and the plan for it. */
  async planned(sql: string, file?: PlanFile): Promise<Plan> {
    mkdirSync(runFolder(this.run, this.home), { recursive: true })
    const snapshot = snapshotPath(this.home, this.run)
    execute(snapshot, sql)
    const source = staged({ kind: 'files', format: 'csv', path: '/data', host: 'here', options: {} })
    const target = { kind: 'sqlite' as const, path: this.path, host: 'here' }
    const request = planRequest({ source, target }, this.#options, file)
    const facts = await lookAtImage({ snapshot }, silent)
    const there = lookAtFile(this.path)
    const names = newNames(facts.schema, request)
    const made = await nameImage({ snapshot, names })
    const pairs = pairsOf(names, facts.schema, there.schema, request)
    const matches = await matchImageWith({ snapshot, path: this.path, pairs }, silent)
    this.plan = planFromImage({ facts, made, matches, names, target: there, request }, [])
    writeArtifact(this.home, this.run, 'plan', this.plan)
    return this.plan
  }

  async opened(): Promise<void> {
    const { epoch } = await openRunFile(
      {
        path: this.path,
        registration: {
          ...{
            run: this.run,
            name: 'test',
            requestHash: 'r',
            plan: this.plan,
            host: 'here',
            home: this.home,
          },
          ...{
            takenAt: new Date().toISOString(),
            adopt: false,
            fingerprint: '',
            attempt: 1,
            source: '/data',
          },
        },
      },
      silent,
      NEVER,
    )
    this.place = {
      ...{ run: this.run, epoch, source: 'staged' as const, host: 'here' },
      target: { kind: 'sqlite' as const, path: this.path, host: 'here' },
    }
    const isNew = existsSync(workPath(this.path, this.run))
    if (!isNew) await backUpFile({ home: this.home, place: this.place }, silent, NEVER)
    await makeTables({ place: this.place }, silent, NEVER)
  }

  get tables(): string[] {
    return this.plan.what.tables.map(({ name }) => name)
  }

  /** @param budgetMs after which the lane ends in the midst of its chunks */
  copied(budgetMs = 60_000) {
    const { home, place, tables } = this
    const input = { home, place, tables, owner: 'a/0', sweep: true, cut: true, budgetMs }
    return copyFileLane(input, silent, NEVER)
  }

  /** What is made after the rows, and what came of it. */
  async finished(): Promise<{ failures: string[]; results: TableResult[] }> {
    const { place, tables } = this
    const failures = [
      ...(await makeIndexes({ place, tables }, silent, NEVER)),
      ...(await makeRest({ place }, silent, NEVER)),
      ...(await orphansOfFile({ place }, silent)),
    ]
    return { failures, results: await digestOfFile({ place, tables }, silent, NEVER) }
  }

  closed() {
    const { home, place } = this
    const result = {
      ...{ run: this.run, name: 'test', state: 'done' as const, verdict: 'equal' as const },
      ...{ differences: [], tables: [] },
    }
    return closeFile({ home, place, result: result as never, steps: [] }, silent, NEVER)
  }

  /** All of it. */
  async whole(sql: string, file?: PlanFile) {
    await this.planned(sql, file)
    const refused = this.plan.findings.filter(({ severity }) => severity === 'refused')
    if (refused.length > 0) throw new Error(JSON.stringify(refused, null, 1))
    await this.opened()
    await this.copied()
    const found = await this.finished()
    return { ...found, closed: await this.closed() }
  }

  takenBack(mayLose = false) {
    const { home, run, path, plan } = this
    return takeFileBack({ home, run, path, plan, mayLose }, silent, NEVER)
  }
}
