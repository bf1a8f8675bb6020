import { type Command, InvalidArgumentError } from 'commander'
import type { Edit } from '../../model/control.ts'
import { Failure } from '../../model/failure.ts'
import type { Cli } from './cli.ts'
import { withExamples } from './options.ts'
import { byOf, type OrderFlags, orderCommand, positive, withOrder } from './order.ts'

type ErrorPolicies = NonNullable<Edit['onError']>
type EditFlags = OrderFlags & Edit

/** `longhaul edit ID`: how a paused run goes about its work. */
export function addEdit(program: Command, cli: Cli): void {
  const command = program
    .command('edit')
    .description(
      'Change how a paused run works: chunks, side by side, quarantine; what it does needs a new plan',
    )
  withExamples(
    withOrder(command)
      .option('--chunk-rows <n>', 'rows after which a chunk ends', positive)
      .option('--chunk-bytes <n>', 'bytes after which a chunk ends', positive)
      .option('--tables <n>', 'tables side by side', positive)
      .option('--lanes <n>', 'lanes of one large table', positive)
      .option(
        '--on-error <object=policy>',
        'rows that do not fit: TABLE[.COLUMN]=stop or =quarantine (may be repeated)',
        policies,
      ),
    [
      ['edit app-1a2b3c --chunk-rows 2000 --lanes 2', 'smaller steps; chunks that are copied stay'],
      ['edit app-1a2b3c --on-error events.at=quarantine', 'a date that is none stops the table no more'],
    ],
  ).action((id: string, flags: EditFlags) => editCommand(cli, id, flags))
}

async function editCommand(cli: Cli, id: string, flags: EditFlags): Promise<void> {
  const { edit } = await import('../orders.ts')
  const { chunkRows, chunkBytes, tables, lanes, onError } = flags
  const given = Object.entries({ chunkRows, chunkBytes, tables, lanes, onError })
  const change: Edit = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  if (Object.keys(change).length === 0) throw nothingToChange()
  await orderCommand(cli, flags, temporal => edit(temporal, id, { ...change, ...byOf(flags) }))
}

function policies(text: string, before: ErrorPolicies = []): ErrorPolicies {
  const [, object, policy] = /^(.+)=(stop|quarantine)$/s.exec(text) ?? []
  if (!object) throw new InvalidArgumentError('Write TABLE=quarantine or TABLE.COLUMN=stop.')
  return [...before, { object, policy: policy as 'stop' | 'quarantine' }]
}

const nothingToChange = () =>
  new Failure({
    code: 'usage',
    object: 'edit',
    message: 'it says nothing to change',
    remedy: 'Write --chunk-rows, --chunk-bytes, --tables, --lanes or --on-error; see "longhaul edit --help"',
  })
