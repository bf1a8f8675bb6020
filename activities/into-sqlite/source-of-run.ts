/** The server that the rows come from: who works on the file is as alive as its session there. */
import type { PostgresSource } from '../../model/endpoint.ts'
import { readArtifact } from '../artifacts.ts'
import type { Watched } from '../monitor.ts'
import type { FilePlace } from './file.ts'

/** To be watched in the place of a target. */
export function sourceOfRun(home: string, { run }: FilePlace): Watched {
  return { run, target: readArtifact(home, run, 'plan').what.source as PostgresSource }
}
