/** A dump of the target before the first write, restored and compared. */
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Work } from './edge.ts'

/** Returns how it was made and proven, in words. Runs on the host of the artifacts. */
export async function dumpTarget(_work: Work, { place }: { place: RunPlace }): Promise<string> {
  throw new Failure({ code: 'internal', object: `run ${place.run}`, message: 'dumps cannot be made yet' })
}
