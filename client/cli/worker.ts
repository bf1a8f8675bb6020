import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { entry } from '../../home/entry.ts'
import { readStack } from '../../home/stack.ts'
import { isWorkerEnvironment, workerEnvironment } from '../../home/worker-environment.ts'
import { Failure } from '../../model/failure.ts'
import { namesCluster } from '../here.ts'
import type { Cli } from './cli.ts'
import { withExamples } from './options.ts'

/** `longhaul worker`: this process becomes a worker of a cluster. */
export function addWorker(program: Command, cli: Cli): void {
  const command = program
    .command('worker')
    .description(
      'Run a worker of a Temporal cluster in the foreground (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, …)',
    )
  withExamples(command, [
    ['worker', 'join the stack of "longhaul up", or what TEMPORAL_ADDRESS names'],
    [
      'worker  # with TEMPORAL_ADDRESS=temporal.internal:7233 LONGHAUL_HOST=files-1',
      'a worker for the files of host files-1',
    ],
  ]).action(() => workerCommand(cli))
}

/** In this process, and not in one below it: signals, exit status and log are then the worker's own. */
async function workerCommand(cli: Cli): Promise<void> {
  if (!namesCluster(cli.around.env)) {
    const stack = readStack(cli.around.home)
    if (!stack) throw nothingToJoin()
    process.env.TEMPORAL_ADDRESS = stack.address
    process.env.TEMPORAL_NAMESPACE = stack.namespace
  }
  cli.releaseSignals()
  const main = entry(import.meta.url, '../../worker/main.ts')
  if (process.execve && !process.channel && !isWorkerEnvironment(process.env)) becomeWorker(main)
  await import(main.href)
}

/** Memory is asked for as the environment says at the start of a process: the same one, started anew. */
function becomeWorker(main: URL): void {
  const words = [process.execPath, ...process.execArgv, fileURLToPath(main)]
  process.execve!(process.execPath, words, workerEnvironment(process.env) as Record<string, string>)
}

const nothingToJoin = () =>
  new Failure({
    code: 'no-server',
    message: 'there is no Temporal server to join',
    remedy: 'Set TEMPORAL_ADDRESS, or start a stack of your own with "longhaul up"',
  })
