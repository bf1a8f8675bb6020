/** The first write into the target of PostgreSQL → PostgreSQL. */
import type { RunPlace } from '../../model/payloads.ts'
import type { CarryRequest } from '../../model/plan-request.ts'
import { readArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { type OpenInput, openLedgerFor } from '../open-ledger.ts'

export async function openLedger(work: Work, input: OpenInput<CarryRequest>): Promise<RunPlace> {
  const { fingerprint = '' } = readArtifact(work.home, input.run, 'snapshot-notes')
  const { connection: source } = input.request.source
  return { ...(await openLedgerFor(work, input, { fingerprint, source })), source: 'postgres' }
}
