/** A chunk whose rows are written by their key: staged as any chunk is copied, then taken into the table. */
import type { ChunkClaim, ChunkOutcome } from '../ledger/claims.ts'
import { needsConforming } from '../model/conforming.ts'
import type { TablePlan, UpsertPlan } from '../model/plan.ts'
import type { Row } from '../model/types.ts'
import { withRowName } from '../stores/conform.ts'
import { digestFor } from '../stores/digest/digester.ts'
import { FittingRows } from '../stores/fitting-rows.ts'
import { openStage, unstage } from '../stores/postgres/upsert.ts'
import type { Hands } from './copy-chunk.ts'

/** A chunk of such a table. */
interface Part {
  table: TablePlan & { upsert: UpsertPlan }
  claim: ChunkClaim
}

/** @param copy copies the chunk into the place that the table's plan names */
export async function upsertChunk(
  hands: Hands,
  { table, claim }: Part,
  copy: (staged: TablePlan) => Promise<ChunkOutcome>,
): Promise<ChunkOutcome> {
  const { client, ledger, token } = hands
  const staged = await copy(await openStage(client, table))
  const upsert = { ...{ client, ledger, table }, run: token.run, chunk: claim.no }
  const { inserted, overwritten, skipped } = await unstage(upsert, staged.written)
  const outcome = { ...staged, written: inserted + overwritten, skipped: skipped.length }
  return skipped.length === 0 ? outcome : { ...outcome, digest: digestWithout(hands, table, claim, skipped) }
}

/** The digest of a chunk without some of its rows, which are read again: which ones stay out is known too late. */
function digestWithout(
  { source }: Hands,
  table: TablePlan,
  claim: ChunkClaim,
  skipped: readonly number[],
): Uint8Array {
  const digester = digestFor(table, 'source')
  let [no, next] = [0, 0]
  for (const rows of rowsOf(source, table, claim)) {
    const written = rows.filter(() => {
      const isSkipped = skipped[next] === ++no
      if (isSkipped) next++
      return !isSkipped
    })
    digester.add(written)
  }
  return Buffer.from(digester.digest.toBytes())
}

/** As they were copied. */
function* rowsOf(source: Hands['source'], table: TablePlan, claim: ChunkClaim): Iterable<Row[]> {
  if (!needsConforming(table)) return yield* source.read(table, claim)
  const fitting = new FittingRows(table, source.read(withRowName(table), claim))
  while (!fitting.over) {
    yield* fitting.rows()
    fitting.take()
  }
}
