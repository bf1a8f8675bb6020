/** The process of the command line: signals, messages, exit status. */
import { CommanderError } from 'commander'
import { EXIT, exitOf, Failure, type FailureFacts } from '../../model/failure.ts'
import { surroundings } from '../here.ts'
import { type Cli, Interrupted } from './cli.ts'
import { Output } from './output.ts'
import { buildProgram } from './program.ts'

const abort = new AbortController()
const cli: Cli = {
  around: surroundings(line => cli.out.say(line)),
  out: new Output(process.stdout, process.stderr, { json: process.argv.includes('--json') }),
  signal: abort.signal,
  releaseSignals: () => SIGNALS.forEach(signal => void process.removeListener(signal, onSignal)),
  interruption: new Interrupted('Interrupted.'),
  status: EXIT.complete,
}
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first one ends the command in order; the next one at once. */
function onSignal(): void {
  if (abort.signal.aborted) process.exit(EXIT.interrupted)
  abort.abort(cli.interruption)
}

for (const signal of SIGNALS) process.on(signal, onSignal)
// A reader that has seen enough (`| head`) is no mistake.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? cli.status : EXIT.failed),
  )
}

try {
  await buildProgram(cli).parseAsync()
  process.exitCode = cli.status
} catch (error) {
  process.exitCode = explain(error)
}
// A pipe takes 64 KB at once: what waits behind that would be cut off.
await Promise.all([process.stdout, process.stderr].map(flushed))
// Sessions that a server left half open must not keep a finished command.
process.exit()

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => stream.write('', () => resolve()))
}

/** Tells in one message what went wrong, and gives the status for it. */
function explain(error: unknown): number {
  cli.out.settle()
  if (process.env.LONGHAUL_DEBUG === '1') console.error(error)
  if (error instanceof CommanderError) return usage(error)
  if (error instanceof Interrupted) return EXIT.interrupted
  const facts: FailureFacts = error instanceof Failure ? error.facts : unexpected(error)
  const status = exitOf(facts.code)
  cli.out.warn(`longhaul: ${new Failure(facts).message}`)
  cli.out.document({ error: facts, exit: status })
  return status
}

/** Commander has said it already; help and version are no mistakes. */
function usage(error: CommanderError): number {
  if (error.exitCode === 0) return EXIT.complete
  const message = error.message.replace(/^error: /, '').replace(/\s+/g, ' ')
  cli.out.document({ error: { code: 'usage', message }, exit: EXIT.usage } satisfies {
    error: FailureFacts
    exit: number
  })
  return EXIT.usage
}

function unexpected(error: unknown): FailureFacts {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 500)
  return {
    code: 'internal',
    message: `an unexpected error stopped the command: ${message}`,
    remedy: 'Run it again with LONGHAUL_DEBUG=1 and report what it says',
  }
}
