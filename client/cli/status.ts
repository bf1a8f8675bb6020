import { type Command, Option } from 'commander'
import type { TableRow } from '../../ledger/reader.ts'
import type { RunRow } from '../../ledger/runs.ts'
import type { Orders } from '../../model/control.ts'
import { parseEndpoint, showEndpoint } from '../../model/endpoint.ts'
import { estimateOf, WINDOW_MS } from '../../model/estimate.ts'
import { Failure } from '../../model/failure.ts'
import { ordersLines } from '../../model/orders-text.ts'
import { pickRun } from '../pick-run.ts'
import type { LedgerReader } from '../target.ts'
import { type Cli, interruptible, open } from './cli.ts'
import { eventLine } from './events.ts'
import { withExamples, withVerbosity } from './options.ts'
import type { Verbosity } from './output.ts'
import { progressTable, type TableLine } from './tables.ts'
import { type Column, moment, table } from './text.ts'

interface StatusFlags extends Verbosity {
  postgres?: string
  to?: string
}

/** `longhaul status`: what a target's ledger says, with no Temporal server and no worker. */
export function addStatus(program: Command, cli: Cli): void {
  const command = program
    .command('status')
    .description('What the ledger in a target says about its runs; needs no Temporal server and no worker')
    .argument('[id]', 'only this run: its name, or the start of its UUID')
    .addOption(
      new Option(
        '--postgres <url>',
        'target: postgresql://USER@HOST:PORT/DATABASE, or the name of a connection',
      ).conflicts('to'),
    )
    .addOption(new Option('--to <url>', 'the same'))
  withExamples(withVerbosity(command), [
    ['status --postgres postgresql://me@localhost/app', 'all runs, and the tables of the latest'],
    ['status app-1a2b3c --postgres prod --json', 'one run, for programs'],
  ]).action((id: string | undefined, flags: StatusFlags) => statusCommand(cli, id, flags))
}

async function statusCommand(cli: Cli, id: string | undefined, flags: StatusFlags): Promise<void> {
  const { out } = open(cli, flags)
  const ledger = await interruptible(cli, openTarget(cli, flags.postgres ?? flags.to))
  try {
    const runs = await ledger.reader.list()
    const run = id ? pickRun(runs, id, ledger.name, 'Leave the name out to see all runs') : runs[0]
    if (!run) {
      out.print(`No run is recorded in ${ledger.name}.`)
      return out.document({ runs: [] })
    }
    await show(cli, ledger.reader, id ? [run] : runs, run)
  } finally {
    await ledger.reader.close()
  }
}

async function openTarget(
  cli: Cli,
  text: string | undefined,
): Promise<{ reader: LedgerReader; name: string }> {
  if (!text) {
    throw new Failure({
      code: 'usage',
      object: '--postgres',
      message: 'the target is missing',
      remedy: 'Write --postgres postgresql://USER@HOST/DATABASE or the name of a connection',
    })
  }
  const { endpoint, secretUrl } = parseEndpoint(text, cli.around.here)
  if (endpoint.kind !== 'postgres') {
    throw new Failure({
      code: 'usage',
      object: '--postgres',
      message: 'only a PostgreSQL target has a ledger',
    })
  }
  const { refuseRemotePassword } = await import('../secrets.ts')
  if (secretUrl) refuseRemotePassword(secretUrl)
  const { openLedger } = await import('../target.ts')
  return { reader: await openLedger(endpoint, cli.around, secretUrl), name: showEndpoint(endpoint) }
}

const COLUMNS: Column<RunRow>[] = [
  { title: 'name', value: run => run.name },
  { title: 'state', value: run => run.state },
  { title: 'verdict', value: run => run.verdict ?? '' },
  { title: 'started', value: run => moment(run.startedAt) },
  { title: 'source', value: run => run.source },
  { title: 'host', value: run => run.host },
  { title: 'run', value: run => run.id },
]

async function show({ out }: Cli, ledger: LedgerReader, runs: RunRow[], run: RunRow): Promise<void> {
  const { accountIn } = await import('../target.ts')
  const { tables, steps, orders, events, rates } = await accountIn(ledger, run.id)
  const lines = tables.map(t => lineOf(t, rates.get(t.name), orders))
  const inForce = orders ? ordersLines(orders) : []
  const parts = [
    table(COLUMNS, runs),
    `Run ${run.name}: ${run.state}${run.message ? `; ${run.message}` : ''}`,
    inForce.length ? `Orders: ${inForce.join(', ')}` : '',
    steps.map(step => `  ${step.name}: ${step.state}${step.detail ? ` (${step.detail})` : ''}`).join('\n'),
    lines.length ? progressTable(lines) : '',
    events.length ? ['What operators did:', ...events.map(eventLine)].join('\n') : '',
  ]
  out.print(parts.filter(Boolean).join('\n\n'))
  out.document({ runs, run: run.id, steps, tables: lines, ...(orders && { orders }), events })
}

/** A table with what is reckoned of it: the ledger knows how fast its rows came lately. */
function lineOf(row: TableRow, rate: number | undefined, orders: Orders | undefined): TableRow & TableLine {
  const { name, expected: rows, written } = row
  const paused = row.state === 'copying' && (orders?.paused || orders?.pausedTables.includes(name))
  const left = row.state === 'copying' && !paused && rate !== undefined
  const pace = { perSecond: rate ?? 0, seconds: WINDOW_MS / 1000 }
  return {
    ...{ ...row, state: paused ? 'paused' : row.state, rows },
    ...(rate !== undefined && { rate }),
    ...(left && estimateOf({ rows, written }, pace, orders?.rowsPerSecond)),
  }
}
