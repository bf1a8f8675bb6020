/**
 * What runs cost Temporal: events, bytes and the largest payload of each execution, as the server keeps them.
 *
 *     node bench/history.ts ADDRESS [RUN]     for example: node bench/history.ts 127.0.0.1:7233 app-1a2b3c
 */
import { Client, Connection } from '@temporalio/client'
import { workflowId } from '../workflows/messages.ts'

/** One execution; bytes as the server counts them, payloads as they travelled. */
export interface HistorySize {
  workflowId: string
  execution: string
  type: string
  status: string
  events: number
  bytes: number
  /** The largest single payload, and the kind of event that has it. */
  largest: number
  largestIn: string
}

/** All executions of one run and its children, or of all runs, the largest first. */
export async function historySizes(client: Client, run = ''): Promise<HistorySize[]> {
  const sizes: HistorySize[] = []
  for await (const info of client.workflow.list()) {
    if (!info.workflowId.startsWith(workflowId(run))) continue
    const handle = client.workflow.getHandle(info.workflowId, info.runId)
    const [{ raw }, { events }] = await Promise.all([handle.describe(), handle.fetchHistory()])
    const largest = (events ?? []).map(largestPayload).reduce(larger, { bytes: 0, kind: '' })
    sizes.push({
      ...{ workflowId: info.workflowId, execution: info.runId, type: info.type },
      status: info.status.name.toLowerCase().replaceAll('_', ' '),
      events: events?.length ?? 0,
      bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0),
      ...{ largest: largest.bytes, largestIn: largest.kind },
    })
  }
  return sizes.sort((a, b) => b.bytes - a.bytes)
}

interface Largest {
  bytes: number
  kind: string
}

const larger = (a: Largest, b: Largest) => (b.bytes > a.bytes ? b : a)

function largestPayload(event: object): Largest {
  return Object.entries(event)
    .filter(([name, value]) => name.endsWith('EventAttributes') && value)
    .map(([name, value]) => ({ bytes: Math.max(0, ...payloads(value)), kind: name.slice(0, -15) }))
    .reduce(larger, { bytes: 0, kind: '' })
}

/** Lengths of the payloads anywhere inside: a payload is what has `data` as bytes. */
function payloads(value: unknown): number[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  if ('data' in value && value.data instanceof Uint8Array) return [value.data.length]
  return Object.values(value).flatMap(payloads)
}

/** Lines for people: each kind of workflow with its sums and its largest. */
export function sizeLines(sizes: readonly HistorySize[]): string[] {
  const kinds = Map.groupBy(sizes, ({ type }) => type)
  return [...kinds].map(([type, all]) => {
    const most = (of: (size: HistorySize) => number) => Math.max(...all.map(of))
    const sum = (of: (size: HistorySize) => number) => all.reduce((total, size) => total + of(size), 0)
    const { largest, largestIn } = all.reduce((a, b) => (b.largest > a.largest ? b : a))
    return (
      `${type}: ${all.length} execution(s), ${sum(s => s.events)} events (most ${most(s => s.events)}), ` +
      `${sum(s => s.bytes)} bytes (most ${most(s => s.bytes)}), largest payload ${largest} bytes in ${largestIn}`
    )
  })
}

if (import.meta.main) {
  const [address = '127.0.0.1:7233', run] = process.argv.slice(2)
  const connection = await Connection.connect({ address })
  const sizes = await historySizes(new Client({ connection }), run)
  for (const line of sizeLines(sizes)) console.log(line)
  await connection.close()
}
