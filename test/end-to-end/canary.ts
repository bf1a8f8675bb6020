/** A text that must not turn up anywhere, looked for in every form that it may have taken. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'

/** The forms of a text: plain, in a URL, in JSON, hex, and base64 wherever in a longer text it may begin. */
export function formsOf(text: string): Map<string, Buffer> {
  const bytes = Buffer.from(text)
  const forms = new Map([
    ['plain', text],
    ['URL', encodeURIComponent(text)],
    ['JSON', JSON.stringify(text).slice(1, -1)],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
  ])
  for (const shift of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    // The first and last characters also carry bits of the neighbours.
    forms.set(`base64 at ${shift}`, whole.slice(shift === 0 ? 0 : 4).replace(/..?.?=*$/, ''))
  }
  return new Map([...forms].map(([name, form]) => [name, Buffer.from(form)]))
}

export interface Place {
  name: string
  bytes: Buffer
}

/** Where which of the texts stands, in which form; empty where all is well. */
export function findAny(places: Iterable<Place>, texts: readonly string[]): string[] {
  const needles = texts.flatMap(text => [...formsOf(text)].map(([form, bytes]) => ({ text, form, bytes })))
  return [...places].flatMap(({ name, bytes }) =>
    needles.filter(n => bytes.includes(n.bytes)).map(n => `${n.text} (${n.form}) in ${name}`),
  )
}

/** All files below a folder, but those whose path matches. */
export function* filesBelow(folder: string, but: RegExp): Generator<Place> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const name = join(entry.parentPath, entry.name)
    const bytes = entry.isFile() && !but.test(name) && readThere(name)
    if (bytes) yield { name, bytes }
  }
}

/** Undefined where the file is gone again, as a database's journal may be. */
function readThere(name: string): Buffer | undefined {
  try {
    return readFileSync(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Files and folders below, the folder too, that others than their owner can get at. */
export function openToOthers(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true }).map(name => join(folder, String(name)))
  // A database's journal may be gone again.
  return [folder, ...names].filter(
    name => ((statSync(name, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0,
  )
}

/** The histories of all workflows of a server, as they are sent, and with their payloads decoded. */
export async function histories(address: string): Promise<Place[]> {
  const connection = await Connection.connect({ address })
  try {
    const client = new Client({ connection })
    const places: Place[] = []
    for await (const { workflowId, runId, memo } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
      const decoded = JSON.stringify({ memo, history }, (_, value) => textOf(value))
      places.push({ name: `history of ${workflowId}`, bytes: Buffer.from(decoded) })
    }
    return places
  } finally {
    await connection.close()
  }
}

function textOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (value && typeof value === 'object' && 'type' in value && value.type === 'Buffer' && 'data' in value)
    return Buffer.from(value.data as number[]).toString('utf8')
  return value
}

/** What other users may see of a process, and what its own children got: its words and its environment. */
export function processPlaces(pid: number, name: string): Place[] {
  return ['cmdline', 'environ'].map(part => ({
    name: `${part} of the ${name}`,
    bytes: readFileSync(`/proc/${pid}/${part}`),
  }))
}

/** The words of every process of this machine that we can see. */
export function allCommandLines(): Place[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        return [{ name: `argv of process ${pid}`, bytes: readFileSync(`/proc/${pid}/cmdline`) }]
      } catch {
        return []
      }
    })
}
