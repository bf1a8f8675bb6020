/** The first write into the target of PostgreSQL → SQLite. */
import { activityInfo } from '@temporalio/activity'
import { Failure } from '../../model/failure.ts'
import type { IntoSqliteRequest } from '../../model/plan-request.ts'
import { readArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { goOnWithNewSnapshot } from '../from-postgres/go-on.ts'
import { runJob } from '../jobs.ts'
import type { OpenInput } from '../open-ledger.ts'
import type { FilePlace } from './file.ts'

/** Registers the run, or takes it over; every attempt gets an epoch of its own and outdates those before. */
export async function openLedger(
  work: Work,
  { run, name, requestHash, request, takenAt, adopt }: OpenInput<IntoSqliteRequest>,
): Promise<FilePlace> {
  const { home, host } = work
  const { target } = request
  if (target.host !== host) throw elsewhere(target.host, host)
  const plan = readArtifact(home, run, 'plan')
  const { fingerprint = '' } = readArtifact(home, run, 'snapshot-notes')
  const { epoch } = await runJob('openRunFile', {
    path: target.path,
    registration: {
      ...{ run, name, requestHash, plan, host, home, takenAt, adopt, fingerprint },
      attempt: activityInfo().attempt,
      source: request.source.connection,
    },
  })
  const place: FilePlace = { run, epoch, target, source: 'postgres', host }
  await goOnWithNewSnapshot(work, run, request, {
    isCopied: () => runJob('isCopiedIntoFile', { place }),
    compare: () => runJob('compareStaleFile', { home, place }),
    note: plan => runJob('noteSizesOfFile', { place, plan }),
  })
  return place
}

export const elsewhere = (target: string, here: string) =>
  new Failure({
    code: 'usage',
    object: `host ${target}`,
    message: `the file is to be written there, and the run's artifacts are on host ${here}`,
    remedy: 'Start the run on the host that shall have the file',
  })
