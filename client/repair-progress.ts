/** How far a repair is, by the heartbeats of its activity: which table, and how many of its rows were read. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkflowHandle } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import { count } from '../model/amounts.ts'
import { showName } from '../model/name-text.ts'

const LOOK_MS = 2000

/** Says so every few seconds until the signal comes; a server that does not answer is asked again. */
export async function tellProgress(
  handle: WorkflowHandle,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let told = ''; !signal.aborted; ) {
    await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    const line = await progressOf(handle).catch(() => undefined)
    if (line === undefined || line === told) continue
    say(line)
    told = line
  }
}

async function progressOf(handle: WorkflowHandle): Promise<string | undefined> {
  const { raw } = await handle.describe()
  for (const { heartbeatDetails } of raw.pendingActivities ?? []) {
    const [payload] = heartbeatDetails?.payloads ?? []
    const detail = payload && defaultPayloadConverter.fromPayload<{ table?: string; rows?: number }>(payload)
    if (detail?.table !== undefined && detail.rows !== undefined)
      return `table ${showName(detail.table)}: ${count(detail.rows, 'row')} read`
  }
  return undefined
}
