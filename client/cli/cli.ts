/** What every command gets: places to write to, its surroundings, and the signal that ends it. */
import type { Surroundings } from '../here.ts'
import type { Temporal } from '../stack.ts'
import type { Output, Verbosity } from './output.ts'

export interface Cli {
  around: Surroundings
  out: Output
  /** Aborted by Ctrl-C and SIGTERM, with an `Interrupted`. */
  signal: AbortSignal
  /** Leaves signals to somebody else. */
  releaseSignals: () => void
  /** What Ctrl-C means now. */
  interruption: Interrupted
  /** The exit status that a command ends with. */
  status: number
}

/** The command was interrupted; `message` says what that means for the run. */
export class Interrupted extends Error {}

/** The same for one command's verbosity: what is said while waiting follows it. */
export function open(cli: Cli, verbosity: Verbosity): { out: Output; around: Surroundings } {
  const out = cli.out.with(verbosity)
  cli.out = out
  return { out, around: { ...cli.around, say: line => out.say(line) } }
}

/** Waits for something unless the user interrupts. */
export function interruptible<T>({ signal }: Cli, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Works with Temporal, and lets the stack go at the end, also after a failure. */
export async function withTemporal<T>(
  cli: Cli,
  around: Surroundings,
  work: (temporal: Temporal) => Promise<T>,
): Promise<T> {
  // Loaded late: the client takes a quarter of a second, and help and usage mistakes need none of it.
  const { connectTemporal } = await import('../stack.ts')
  const temporal = await interruptible(cli, connectTemporal(around))
  try {
    return await interruptible(cli, work(temporal))
  } catch (error) {
    if (error instanceof Interrupted) await tellAndRelease(cli, error, temporal)
    throw error
  } finally {
    await temporal.release()
  }
}

async function tellAndRelease(cli: Cli, { message }: Interrupted, temporal: Temporal): Promise<void> {
  cli.out.settle()
  if (message) cli.out.warn(message)
  if (temporal.embedded && !temporal.joined) {
    cli.out.say('Letting the work that is under way come to an end; Ctrl-C again leaves at once')
  }
  await temporal.release()
}
