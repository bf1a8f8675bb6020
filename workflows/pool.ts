/** Runs `work` over all items, at most `limit` at once. */
export interface Settled<Item, Result> {
  item: Item
  result?: Result
  error?: unknown
}

/**
 * Never throws: one item's failure does not stop the others; it returns only when nothing runs any more, so that
 * an undo after it runs beside no writer.
 */
export async function pool<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Settled<Item, Result>[]> {
  const settled: Settled<Item, Result>[] = []
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const index = next++
      const item = items[index]!
      try {
        settled.push({ item, result: await work(item, index) })
      } catch (error) {
        settled.push({ item, error })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, lane))
  return settled
}
