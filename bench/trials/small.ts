/** Databases in which what is done once weighs more than the rows. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage, Trial } from '../trial.ts'
import { migrate } from './longhaul.ts'

export const SHOP: Trial = {
  name: 'shop',
  title: 'longhaul full, a shop of 15,000 rows',
  source: 'shop',
  usesStack: true,
  run: async stage => {
    const began = performance.now()
    const ended = new AbortController()
    const first = firstRow(stage, ended.signal)
    const steps = await migrate(stage)
    ended.abort()
    return { steps, firstRow: ((await first) - began) / 1000 }
  },
}

export const MANY_TABLES: Trial = {
  name: 'many-tables',
  title: 'longhaul full, 1,000 tables of 10 rows',
  source: 'tables',
  usesStack: true,
  run: async stage => ({ steps: await migrate(stage) }),
}

/** Seen from outside: a table of the user's has a first page. Looked at every 10 ms. */
async function firstRow({ server, database }: Stage, ended: AbortSignal): Promise<number> {
  return server.session(database, async client => {
    while (!ended.aborted) {
      const { rows } = await client.query<{ filled: boolean }>(
        `SELECT coalesce(bool_or(pg_relation_size(oid) > 0), false) AS filled
           FROM pg_class
          WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
      )
      if (rows[0]?.filled) return performance.now()
      await sleep(10)
    }
    throw new Error('nobody has seen a first row')
  })
}
