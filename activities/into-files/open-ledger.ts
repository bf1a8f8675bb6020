/** The record of an export, the way back, and the folder. */
import { activityInfo } from '@temporalio/activity'
import { count } from '../../model/amounts.ts'
import type { ExportRequest } from '../../model/plan-request.ts'
import { readArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { OpenInput } from '../open-ledger.ts'
import type { ExportRunPlace } from './place.ts'

/** Registers the run, or takes it over; every attempt gets an epoch of its own and outdates those before. */
export async function openLedger(
  { home, host }: Work,
  { run, name, requestHash, request, takenAt, adopt }: OpenInput<ExportRequest>,
): Promise<ExportRunPlace> {
  const plan = readArtifact(home, run, 'plan')
  const { fingerprint = '' } = readArtifact(home, run, 'snapshot-notes')
  const { source, target } = request
  const { epoch } = await runJob('openExport', {
    home,
    registration: {
      ...{ run, name, requestHash, plan, host, home, takenAt, adopt, fingerprint },
      attempt: activityInfo().attempt,
      source: source.path,
    },
    request,
  })
  return { run, epoch, target, host, ...(source.kind === 'staged' && { source: 'staged' as const }) }
}

/** Returns how, in words. */
export async function prepareWayBack({ home }: Work, { place }: { place: ExportRunPlace }): Promise<string> {
  const { kept, files } = await runJob('keepAside', { home, place })
  const own = `a rollback removes the files that the run writes (${count(files, 'file')})`
  return kept === 0 ? own : `${own}; ${count(kept, 'file')} of others kept in the folder of the run`
}

/** The schema step: the folder. */
export async function createTables({ home }: Work, { place }: { place: ExportRunPlace }): Promise<void> {
  await runJob('makeExportFolders', { home, place })
}

/** A table that an operator skips is in no file. Returns what became of it, in words. */
export async function leaveOut(
  { home }: Work,
  { place, table }: { place: ExportRunPlace; table: string },
): Promise<string> {
  const files = await runJob('leaveTableOutOfFiles', { home, place, table })
  return `${count(files, 'file')} without it`
}
