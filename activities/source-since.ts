/** What became of the source's file since the snapshot; nothing of that matters to the run, and users ask. */
import { Context } from '@temporalio/activity'
import { contentMark } from '../stores/sqlite/source-files.ts'
import { findArtifact } from './artifacts.ts'

/** In words, as they stand after the time of the snapshot; undefined where it is as it was, or nobody knows. */
export async function sinceSnapshot(home: string, run: string, path: string): Promise<string | undefined> {
  const then = findArtifact(home, run, 'snapshot-notes')?.mark
  if (!then) return undefined
  const now = await contentMark(path, Context.current().cancellationSignal).catch(() => undefined)
  if (now === undefined) return 'the source is gone, or cannot be read any more'
  return now === then ? undefined : 'the source has changed since then'
}
