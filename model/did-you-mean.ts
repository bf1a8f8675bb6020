/** Finds what somebody meant who wrote something close to it. */

/** The candidate that is fewest edits away, if these are no more than a third of the longer one. */
export function didYouMean(written: string, candidates: readonly string[]): string | undefined {
  const small = written.toLowerCase()
  const ranked = candidates
    .map(candidate => ({ candidate, edits: distance(small, candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(small.length, candidate.length) / 3)
  return ranked.sort((a, b) => a.edits - b.edits)[0]?.candidate
}

/** Edits, a swap of neighbours being one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      row.push(swapped ? Math.min(edits, before[j - 2]! + 1) : edits)
    }
    ;[before, last] = [last, row]
  }
  return last[b.length]!
}
