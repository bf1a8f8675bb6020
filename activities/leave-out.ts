/** A table that an operator skips: what was made of it is taken back. */
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Work } from './edge.ts'

/** Returns what became of the table, in words. */
export async function leaveOut(_work: Work, { place }: { place: RunPlace; table: string }): Promise<string> {
  throw new Failure({ code: 'internal', object: `run ${place.run}`, message: 'tables cannot be skipped yet' })
}
