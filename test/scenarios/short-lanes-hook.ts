/** Preloaded by a worker: a lane's activity ends after some chunks in place of a minute; see `short-lanes.ts`. */
import { altered } from './altered.ts'

altered('/activities/copy-lane.ts', [
  ['Date.now() > deadline', `this.chunks.length >= ${Number(process.env.LONGHAUL_TEST_LANE_CHUNKS)}`],
])
