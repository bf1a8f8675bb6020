/** Which runs were taken back: as their rollbacks left it on record with Temporal, or in the run's folder here. */
import { join } from 'node:path'
import { readJson, runFolder } from '../home/home.ts'
import type { RollbackDocument } from '../model/render-rollback.ts'
import { type TakenBack, takenBackBy } from '../model/taken-back.ts'
import { workflowId } from '../workflows/messages.ts'
import type { RunHandle } from './handle.ts'
import type { Temporal } from './stack.ts'

/** Answers for all runs, or for those of one name; undefined for a run that stands. */
export async function takenBack(
  { client, around }: Temporal,
  name?: string,
): Promise<(run: RunHandle) => TakenBack | undefined> {
  const one = name === undefined ? '' : ` AND WorkflowId = '${workflowId(name)}/rollback'`
  const known = new Map<string, TakenBack>()
  for await (const { memo } of client.workflow.list({ query: `WorkflowType = 'rollback'${one}` })) {
    const told = memo?.takenBack as TakenBack | undefined
    if (told) known.set(told.run, latest(told, known.get(told.run)))
  }
  return ({ memo, open }) => {
    if (open || memo.mode !== 'full') return undefined
    const [told, kept] = [known.get(memo.run), recorded(memo.run, around.home)]
    return told ? latest(told, kept) : kept
  }
}

/** What the report of a rollback says; absent where there was none on this host. */
export function recorded(run: string, home: string): TakenBack | undefined {
  const document = readJson<RollbackDocument>(join(runFolder(run, home), 'rollback.json'))
  return document && takenBackBy(run, document.scope, document.outcome, document.endedAt)
}

/** What is gone as a whole does not come back. */
const latest = (one: TakenBack, other: TakenBack | undefined): TakenBack =>
  !other || (one.whole && !other.whole) || (one.whole === other.whole && one.at > other.at) ? one : other
