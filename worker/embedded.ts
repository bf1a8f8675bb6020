/** The embedded stack of a state folder: found where one runs already, else started here. */
import { setTimeout as sleep } from 'node:timers/promises'
import { lockStack, readStack, removeStack, type StackPlace, writeStack } from '../home/stack.ts'
import { Failure } from '../model/failure.ts'
import { temporalBinary } from './temporal-binary.ts'
import { startTemporalServer, type TemporalServer } from './temporal-server.ts'

const PAUSE = 100
/** Longer than building the server from its source, which the process that we wait for may be doing. */
const PATIENCE = 1_500_000

export interface OwnStack {
  server: TemporalServer
  /** Announces it to other processes, once its worker polls. */
  announce(): void
  withdraw(): void
  close(): Promise<void>
}

export interface EmbeddedOptions {
  home: string
  say: (line: string) => void
  /** Whether anybody still wants the stack; asked before it is started. */
  wanted: () => boolean
}

/** Our own stack, or the place of one that another process runs; undefined when nobody wants one. */
export async function embeddedStack(options: EmbeddedOptions): Promise<OwnStack | StackPlace | undefined> {
  const { home, say } = options
  const found = await lockOrStack(options)
  if (typeof found !== 'function') return found
  const unlock = found
  try {
    removeStack(home)
    const server = await startTemporalServer({ home, say, binary: () => temporalBinary({ say }) })
    const { address, namespace, ui } = server
    const close = async () => {
      removeStack(home)
      await server.stop()
      unlock()
    }
    const announce = () => writeStack({ address, namespace, ui }, home)
    return { server, announce, withdraw: () => removeStack(home), close }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Whoever has the lock starts the stack; the others wait for it, or for the lock if it fails. */
async function lockOrStack(options: EmbeddedOptions): Promise<(() => void) | StackPlace | undefined> {
  const { home, say, wanted } = options
  const end = Date.now() + PATIENCE
  for (let waited = 0; Date.now() < end; waited += PAUSE) {
    if (!wanted()) return undefined
    const unlock = lockStack(home)
    if (unlock) return unlock
    const stack = readStack(home)
    if (stack) return stack
    if (waited === 20 * PAUSE)
      say('Another longhaul process is starting or ending the embedded server; waiting')
    await sleep(PAUSE)
  }
  throw new Failure({
    code: 'no-server',
    object: `the embedded stack of ${home}`,
    message: 'another process holds its lock and has not become ready',
    remedy: 'End that process, or use another LONGHAUL_HOME',
  })
}
