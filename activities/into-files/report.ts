/** The report of an export. */
import { rmSync } from 'node:fs'
import type { ExportRequest, StagedRequest } from '../../model/plan-request.ts'
import type { RunResult } from '../../model/run.ts'
import { snapshotPath } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import { NOTHING, type ReportInput, reportWith } from '../report.ts'
import { sinceSnapshot } from '../source-since.ts'
import { dropArchive } from '../staged/archive.ts'
import { releaseStage } from '../staged/report.ts'
import { sinceStaged } from '../staged/source.ts'
import type { ExportRunPlace } from './place.ts'

/** From a SQLite file. */
export const report = (work: Work, input: ReportInput<ExportRequest>): Promise<RunResult> =>
  reportWith(work, input, {
    close,
    since: () => sinceSnapshot(work.home, input.run, input.request.source.path),
    release: async () => rmSync(snapshotPath(work.home, input.run), { force: true }),
  })

/** From what was laid down first. */
export const reportStaged = (work: Work, input: ReportInput<ExportRequest>): Promise<RunResult> =>
  reportWith(work, input, {
    close,
    since: () => sinceStaged(work, input.run, input.request as StagedRequest),
    release: async () => {
      releaseStage(work.home, input.run, input.place !== undefined)
      await dropArchive(work, input.run)
    },
  })

type Closing = Parameters<typeof reportWith<ExportRequest>>[2]['close']

const close: Closing = async ({ home }, { result, steps, failure }, place, plan) => {
  const closing = { home, place: place as ExportRunPlace, result, steps, ...(failure && { failure }) }
  const closed = (await runJob('closeExport', closing)) ?? NOTHING
  const fileOf = (name: string) => plan?.what.tables.find(table => table.name === name)?.target.name ?? ''
  return { ...closed, tables: closed.tables.map(table => ({ ...table, target: fileOf(table.name) })) }
}
