/** Work on the target over several sessions of one activity, for what keeps the server busy and not us. */
import type { RunPlace } from '../model/payloads.ts'
import { identify } from '../stores/postgres/backend.ts'
import { withSession } from './session.ts'
import type { Target } from './target.ts'
import { watched } from './watch.ts'

interface SideBySide<T> {
  home: string
  place: RunPlace
  /** At most, the target's own among them. */
  sessions: number
  tasks: readonly T[]
  /** Returns what failed, in words. It gets a session that nobody else uses meanwhile. */
  work: (target: Target, task: T) => Promise<string[]>
}

/**
 * Works tasks off in their order, each session the next one that nobody has; gives what failed in all of them. Where
 * the server has no session to spare it goes on with fewer. When one throws no other task is begun, and what is under
 * way is waited for.
 */
export async function sideBySide<T>(
  target: Target,
  { home, place, ...all }: SideBySide<T>,
): Promise<string[]> {
  const waiting = [...all.tasks]
  const failures: string[] = []
  const workOff = async (own: Target) => {
    try {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
        failures.push(...(await all.work(own, task)))
    } catch (error) {
      waiting.length = 0
      throw error
    }
  }
  const another = async () => {
    let begun = false
    try {
      await withSession(home, place.target, place.run, async client => {
        const me = await identify(client)
        await watched(home, place, me, () => {
          begun = true
          return workOff({ ...target, client, me })
        })
      })
    } catch (error) {
      if (begun) throw error
    }
  }
  const others = Array.from({ length: Math.min(all.sessions, waiting.length) - 1 }, another)
  const ended = await Promise.allSettled([workOff(target), ...others])
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return failures
}
