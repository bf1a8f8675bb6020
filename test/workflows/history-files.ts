/** Histories as files: taken from a server, freed of what names a machine, and read again for replay. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import proto from '@temporalio/proto'

const { History } = proto.temporal.api.history.v1
/** As protobufjs itself prints and reads them; the SDK's own JSON fails where npm has installed two copies of it. */
const PRINTED = { longs: String, enums: String, bytes: String }

/** One execution of a workflow, as protobufjs prints it. */
export interface HistoryFile {
  workflowId: string
  events: HistoryEvent[]
}

interface HistoryEvent {
  eventType: string
  activityTaskScheduledEventAttributes?: { activityType: { name: string } }
  workflowExecutionStartedEventAttributes?: { workflowType: { name: string } }
  childWorkflowExecutionStartedEventAttributes?: {
    workflowExecution: { workflowId: string; runId: string }
  }
  workflowExecutionContinuedAsNewEventAttributes?: { newExecutionRunId: string }
  [field: string]: unknown
}

/** Texts that stand for a machine, and what they become. */
export type Places = Record<string, string>

/** What `Worker.runReplayHistories` takes. */
export const replayable = ({ workflowId, events }: HistoryFile) => ({
  workflowId,
  history: History.fromObject({ events }),
})

/** The name of its workflow. */
export const kindOf = ({ events }: HistoryFile): string | undefined =>
  events[0]!.workflowExecutionStartedEventAttributes?.workflowType.name

/** How it ended, as Temporal calls it, or `open`. */
export const endOf = ({ events }: HistoryFile): string =>
  /^EVENT_TYPE_WORKFLOW_EXECUTION_(COMPLETED|FAILED|CANCELED|TERMINATED|CONTINUED_AS_NEW)$/.exec(
    events.at(-1)!.eventType,
  )?.[1] ?? 'open'

/** All histories below a folder, each under its place in it. */
export function readHistories(folder: string): { file: string; history: HistoryFile }[] {
  const files = globSync('**/*.json', { cwd: folder }).sort()
  return files.map(file => ({ file, history: JSON.parse(readFileSync(join(folder, file), 'utf8')) }))
}

/**
 * Writes the latest execution of a workflow, its children and what they continued as, a file each.
 * @param seen courses of events of children that are saved; a child of the same course shows nothing new
 */
export async function saveHistories(
  client: Client,
  id: string,
  { folder, name, places, seen }: { folder: string; name: string; places: Places; seen: Set<string> },
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const all = { [hostname()]: 'a-host', ...places }
  let no = 0
  for await (const history of family(client, id)) {
    const course = courseOf(history)
    if (no > 0 && seen.has(course)) continue
    seen.add(course)
    const path = join(folder, `${name}${no === 0 ? '' : `.child-${no}`}.json`)
    writeFileSync(path, print(scrubbed(history, all)))
    no++
  }
}

const courseOf = ({ events }: HistoryFile): string =>
  events
    .map(e => `${e.eventType} ${e.activityTaskScheduledEventAttributes?.activityType.name ?? ''}`)
    .join(',')

async function* family(client: Client, workflowId: string, runId?: string): AsyncGenerator<HistoryFile> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
  const { events } = History.toObject(History.fromObject(history), PRINTED) as { events: HistoryEvent[] }
  yield { workflowId, events }
  for (const event of events) {
    const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution
    if (child) yield* family(client, child.workflowId, child.runId)
    const next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId
    if (next) yield* family(client, workflowId, next)
  }
}

/** An event a line. */
function print({ workflowId, events }: HistoryFile): string {
  const lines = events.map(event => JSON.stringify(event))
  return `{"workflowId":${JSON.stringify(workflowId)},"events":[\n${lines.join(',\n')}\n]}\n`
}

/** Every text in it, also inside payloads, without the places of a machine. */
function scrubbed<T>(value: T, places: Places): T {
  if (typeof value === 'string') return replaced(value, places) as T
  if (Array.isArray(value)) return value.map(item => scrubbed(item, places)) as T
  if (typeof value !== 'object' || value === null) return value
  if (isPayload(value)) return { ...value, data: recoded(value.data, places) }
  const fields = Object.entries(value).filter(([name]) => name !== 'stackTrace')
  return Object.fromEntries(fields.map(([name, field]) => [name, scrubbed(field, places)])) as T
}

const isPayload = (value: object): value is { metadata: object; data: string } =>
  'metadata' in value && 'data' in value && typeof value.data === 'string'

function recoded(data: string, places: Places): string {
  return Buffer.from(replaced(Buffer.from(data, 'base64').toString(), places)).toString('base64')
}

function replaced(text: string, places: Places): string {
  return Object.entries(places).reduce((rest, [place, word]) => rest.replaceAll(place, word), text)
}
