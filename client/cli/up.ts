import type { Command } from 'commander'
import { Failure } from '../../model/failure.ts'
import { namesCluster } from '../here.ts'
import { type Cli, Interrupted, interruptible, open } from './cli.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'

/** `longhaul up`: Temporal server and worker in the foreground, for other commands to use. */
export function addUp(program: Command, cli: Cli): void {
  const command = program
    .command('up')
    .description(
      'Run the stack (Temporal server with a database file, worker) in the foreground; Ctrl-C ends it',
    )
  withExamples(withVerbosity(command), [
    ['up', 'other commands of this user then use it, and runs go on when their command ends'],
    ['up --json', 'addresses as JSON'],
  ]).action((flags: Verbosity) => upCommand(cli, flags))
}

async function upCommand(cli: Cli, flags: Verbosity): Promise<void> {
  const { out, around } = open(cli, flags)
  if (namesCluster(around.env)) throw hasCluster()
  const { keepStack } = await import('../keeper.ts')
  const keeper = await interruptible(cli, keepStack(around))
  const { address, namespace, ui } = keeper.place
  out.print(
    [
      keeper.joined
        ? 'The stack of this state folder runs already. Ctrl-C lets it go; until then it stays up.'
        : 'The stack is up. Ctrl-C ends it.',
      `Temporal server: ${address} (namespace ${namespace})`,
      ...(ui ? [`Temporal UI:     ${ui}`] : []),
      `State:           ${around.home}`,
    ].join('\n'),
  )
  out.document({ address, namespace, ...(ui && { ui }), home: around.home, joined: keeper.joined })
  // Also where it was there before: who began it may be a command that ends in a moment. Nothing else keeps us then.
  const awake = setInterval(() => {}, 60_000)
  try {
    await interruptible(cli, keeper.failed)
  } catch (error) {
    // Ctrl-C is how a stack in the foreground ends.
    if (!(error instanceof Interrupted)) throw error
    out.say('Ending the stack; the work that is under way comes to an end first. Ctrl-C again leaves at once')
  } finally {
    clearInterval(awake)
    await keeper.release()
  }
}

const hasCluster = () =>
  new Failure({
    code: 'usage',
    message: 'the environment names a Temporal cluster, so all commands use that one',
    remedy: 'Start a worker for it with "longhaul worker", or unset TEMPORAL_ADDRESS',
  })
