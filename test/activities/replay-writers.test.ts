/** Rows out of quarantine are as well known by the transaction that wrote them as those of the load. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Replayer } from '../../activities/replay-chunk.ts'
import { withTarget } from '../../activities/target.ts'
import { keep, readKept } from '../../ledger/quarantine.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { encodeRow } from '../../stores/original.ts'
import { type LaneRun, type LaneWorld, ROWS, startLanes } from './lanes.ts'

let world: LaneWorld

before(async () => {
  world = await startLanes()
})

after(() => world?.stop())

/** A copied run with three more rows in the quarantine of its first chunk, of which one breaks a rule. */
async function withQuarantine(): Promise<LaneRun> {
  const run = await world.begin(['t'], 500)
  await run.copy('t/0')
  await run.client.query(`
    INSERT INTO public.t VALUES (9000, 'of somebody else');
    CREATE UNIQUE INDEX ON public.t (id)`)
  const entries = [9001, 1, 9002].map(id => ({
    ...{ kind: 'quarantined' as const, key: `id = ${id}`, column: 'v', reason: 'a test says so' },
    original: encodeRow(['id', 'v'], [id, 'replayed']),
  }))
  await keep(run.client, OWN_SCHEMA, run.place.run, { table: 't', no: 1 }, entries, 0)
  await run.client.query('UPDATE longhaul.chunk SET rows_read = rows_read + 3, quarantined = 3 WHERE no = 1')
  return run
}

const replay = ({ act, place, home }: LaneRun) =>
  act(
    (_work, at) =>
      withTarget(home, at, async ({ client, ledger, plan, token }) => {
        const replayer = new Replayer(client, ledger, token, plan.what.tables)
        let written = 0
        for await (const page of readKept(client, ledger, token.run, 'quarantined'))
          written += await replayer.replay(page)
        return written
      }),
    place,
  )

test('every row of the run, and none of others, has its writer in the chunk', async () => {
  const run = await withQuarantine()
  assert.equal(await replay(run), 2)
  const { rows } = await run.client.query(
    `SELECT count(*) FILTER (WHERE ours)::int AS ours, array_agg(id ORDER BY id) FILTER (WHERE NOT ours) AS others
       FROM (SELECT id, EXISTS (SELECT FROM longhaul.chunk WHERE t.xmin = ANY (written_by::xid[])) AS ours
               FROM public.t AS t) AS rows`,
  )
  assert.deepEqual([rows[0].ours, rows[0].others], [ROWS + 2, [9000]])
  const { rows: chunks } = await run.client.query(
    `SELECT rows_written::int AS written, quarantined::int AS left, cardinality(written_by) AS writers,
            (SELECT bool_and(w <= pg_snapshot_xmax(pg_current_snapshot())) FROM unnest(written_by) AS w) AS past
       FROM longhaul.chunk WHERE no = 1`,
  )
  assert.deepEqual(chunks, [{ written: 502, left: 1, writers: 3, past: true }])
})
