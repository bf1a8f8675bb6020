/** Looks at an image for the plan of a run into a SQLite file; each runs in a thread. */
import type { ImageFacts, Made, Match, NewNames, Pair } from '../../model/from-image/facts.ts'
import { imageFacts } from '../../stores/sqlite/image-facts.ts'
import { matchImage } from '../../stores/sqlite/match-image.ts'
import { openSnapshot } from '../../stores/sqlite/open.ts'
import { underNames } from '../../stores/sqlite/under-names.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import type { Progress } from '../progress.ts'

/** What it holds. */
export async function lookAtImage(
  { snapshot }: { snapshot: string },
  progress: Progress,
): Promise<ImageFacts> {
  const db = openSnapshot(snapshot)
  try {
    return imageFacts(db, table => progress({ table }))
  } finally {
    db.close()
  }
}

/** Its definitions under their names in the target. */
export async function nameImage({ snapshot, names }: { snapshot: string; names: NewNames[] }): Promise<Made> {
  const db = openSnapshot(snapshot)
  try {
    return underNames(db, names)
  } finally {
    db.close()
  }
}

/** Its rows beside tables of the target. */
export async function matchImageWith(
  { snapshot, path, pairs }: { snapshot: string; path: string; pairs: Pair[] },
  progress: Progress,
): Promise<Match[]> {
  if (pairs.length === 0) return []
  try {
    return matchImage(snapshot, path, pairs, table => progress({ table }))
  } catch (error) {
    throw writingFailure(path, error)
  }
}
