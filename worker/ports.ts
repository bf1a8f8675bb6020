/**
 * Ports for the embedded server, from below the range out of which systems give outgoing connections
 * theirs: a client that keeps dialling a dead port of that range sooner or later connects to itself and
 * so takes the port from the server that wants to come back on it.
 */
import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

const LOWEST = 17_000
const HIGHEST = 29_999

export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(LOWEST, HIGHEST + 1)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST}`)
}

/** Whether somebody listens there. */
export function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 1000 })
    const settle = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })
}
