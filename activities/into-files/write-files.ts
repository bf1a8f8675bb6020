/** Writes files, one after the other, for about a minute; then the workflow is asked again. */
import type { FilesEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { Work } from '../edge.ts'

export type FilesPlace = RunPlace<FilesEndpoint>

export interface Written {
  /** Some are still to be written. */
  more: boolean
  files: number
  done: number
  failed: number
}

export async function writeFiles(_work: Work, { place }: { place: FilesPlace }): Promise<Written> {
  throw new Failure({ code: 'internal', object: `run ${place.run}`, message: 'exports are not built yet' })
}
