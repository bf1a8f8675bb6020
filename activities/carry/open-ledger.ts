/** The first write into the target of PostgreSQL → PostgreSQL. */
import { isCopied, noteSizes } from '../../ledger/reopen.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { CarryRequest } from '../../model/plan-request.ts'
import { readArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { goOnWithNewSnapshot } from '../from-postgres/go-on.ts'
import { runJob } from '../jobs.ts'
import { type OpenInput, openLedgerFor } from '../open-ledger.ts'
import { withTarget } from '../target.ts'

export async function openLedger(work: Work, input: OpenInput<CarryRequest>): Promise<RunPlace> {
  const { fingerprint = '' } = readArtifact(work.home, input.run, 'snapshot-notes')
  const { source } = input.request
  const opened = await openLedgerFor(work, input, { fingerprint, source: source.connection })
  const place: RunPlace = { ...opened, source: 'postgres' }
  const { home } = work
  await goOnWithNewSnapshot(work, input.run, input.request, {
    isCopied: () => withTarget(home, place, ({ client, ledger }) => isCopied(client, ledger, place.run)),
    compare: () => runJob('compareStale', { home, place, source }),
    note: plan =>
      withTarget(home, place, ({ client, ledger, token }) => noteSizes(client, ledger, token, plan)),
  })
  return place
}
