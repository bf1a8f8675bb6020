/** Jobs that read the source of a run: where that is a server, who works is as alive as its session there. */
import type { PostgresSource } from '../../model/endpoint.ts'
import { readArtifact } from '../artifacts.ts'
import type { Jobs } from '../job-thread.ts'
import { runJob } from '../jobs.ts'
import { runTargetJob } from '../watch.ts'
import type { FilePlace } from './file.ts'

export function runSourceJob<K extends keyof Jobs>(
  home: string,
  { run, source }: FilePlace,
  name: K,
  data: Parameters<Jobs[K]>[0],
): Promise<Awaited<ReturnType<Jobs[K]>>> {
  if (source === 'staged') return runJob(name, data)
  const target = readArtifact(home, run, 'plan').what.source as PostgresSource
  return runTargetJob(home, { run, target }, name, data)
}
