/** The worker's log: JSON lines in `worker.log` of the state folder, and the SDK's words in the same file. */
import { chmodSync, existsSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type LogLevel, type LogMetadata, Runtime, type Logger as TemporalLogger } from '@temporalio/worker'
import { type Logger, pino } from 'pino'
import { makeFolder } from '../home/home.ts'

const LARGEST = 16 * 1024 * 1024

/** Opens the log; `aloud` writes the same lines to standard output, for workers in containers. */
export function openLog(home: string, aloud: boolean): Logger {
  const path = join(makeFolder(home), 'worker.log')
  if (existsSync(path) && statSync(path).size > LARGEST) renameSync(path, `${path}.1`)
  // Written at once and not buffered: the last lines before a kill are the ones that are looked for.
  const file = pino.destination({ dest: path, mode: 0o600, sync: true })
  chmodSync(path, 0o600)
  const streams = aloud ? [{ stream: file }, { stream: process.stdout }] : [{ stream: file }]
  return pino({ base: { pid: process.pid } }, pino.multistream(streams))
}

/**
 * Puts the log behind everything the SDK says, its native part included. Signals are left to us: the
 * embedded server has to outlive the activities that are finishing.
 */
export function installRuntime(log: Logger): void {
  Runtime.install({
    logger: temporalLogger(log.child({ from: 'temporal' })),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    shutdownSignals: [],
  })
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const

function temporalLogger(log: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta?: LogMetadata) =>
    log[LEVELS[level]](meta ?? {}, message)
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  }
}
