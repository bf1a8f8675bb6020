import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/** Looks until something is there. The limit is no part of what is tested: it ends a test that has failed. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limit = 120_000,
): Promise<T> {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(25)) {
    const seen = await look()
    if (seen !== undefined) return seen
  }
  return assert.fail(`${what}: not within ${limit / 1000} s`)
}
