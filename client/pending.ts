/** Asking Temporal what a run and its children wait for. */
import type { RunHandle } from './handle.ts'
import type { Temporal } from './stack.ts'
import { nameOf, type PendingActivity, waitingOf } from './waiting.ts'

/** So many children are asked in one look: their activities fail for the same reasons. */
const CHILDREN = 4
/** How long one look may take; milliseconds. */
const PATIENCE = 2000
/** Looks of one command are at least so far apart: the embedded server has its database to itself. */
const PAUSE = 2000

/** What a run waits for, in words; undefined where it waits for nothing, or nobody answers in time. */
export async function askWaiting({ client }: Temporal, run: RunHandle): Promise<string | undefined> {
  const described = async (id: string, execution: string) =>
    (await client.workflow.getHandle(id, execution).describe()).raw
  try {
    return await client.withDeadline(Date.now() + PATIENCE, async () => {
      const { pendingActivities, pendingChildren } = await described(run.workflowId, run.execution)
      const children = (pendingChildren ?? []).slice(0, CHILDREN)
      const theirs = await Promise.all(
        children.map(async ({ workflowId, runId }) => {
          const child = await described(workflowId!, runId!).catch(() => undefined)
          return child?.pendingActivities ?? []
        }),
      )
      const all: PendingActivity[] = [...(pendingActivities ?? []), ...theirs.flat()]
      return waitingOf(all, Date.now())
    })
  } catch {
    return undefined
  }
}

/** Asks nothing of databases: whether a host has a worker again. */
const HARMLESS = 'present'

/** The activities of a run and all of its children that have not ended, by name; empty where it is at rest. */
export async function atWork({ client }: Temporal, run: RunHandle): Promise<string[]> {
  const described = async (id: string, execution: string) => {
    const description = await client.workflow.getHandle(id, execution).describe()
    return description.status.name === 'RUNNING' ? description.raw : {}
  }
  const { pendingActivities, pendingChildren } = await described(run.workflowId, run.execution)
  const names = (pendingActivities ?? []).map(nameOf)
  for (const { workflowId, runId } of pendingChildren ?? []) {
    const child = await described(workflowId!, runId!)
    names.push(...(child.pendingActivities ?? []).map(nameOf))
  }
  return [...new Set(names.filter(name => name !== HARMLESS))].sort()
}

/** Asks again and again, but seldom; between two looks the last answer stands. */
export function waitingLooks(temporal: Temporal, run: RunHandle): () => Promise<string | undefined> {
  let known: string | undefined
  // A run that ends at once is not asked at all.
  let nextAt = Date.now() + PAUSE
  return async () => {
    if (Date.now() < nextAt) return known
    known = await askWaiting(temporal, run)
    nextAt = Date.now() + PAUSE
    return known
  }
}
