/** The snapshot of a comparison that failed: the next one takes its own. */
import { rmSync } from 'node:fs'
import type { PlanRequest } from '../model/plan-request.ts'
import { snapshotPath } from './artifacts.ts'
import type { Work } from './edge.ts'

export async function release({ home }: Work, { run }: { run: string; request: PlanRequest }): Promise<void> {
  rmSync(snapshotPath(home, run), { force: true })
}
