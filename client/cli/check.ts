import { type Command, InvalidArgumentError, Option } from 'commander'
import { showEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { AnyRequest, RowsWanted } from '../../model/plan-request.ts'
import type { PreparedRun } from '../request.ts'
import type { Temporal } from '../stack.ts'
import type { Cli } from './cli.ts'
import { migrationOptions, type RunFlags, withExamples, withPlanning, withRunning } from './options.ts'
import { runPrepared } from './run.ts'

interface CheckFlags extends RunFlags {
  where?: string
  sample?: number
  roundTrip?: true
}

/** `longhaul check`: compares source and target as they are. */
export function addCheck(program: Command, cli: Cli): void {
  const command = program
    .command('check')
    .description('Check afterwards: compare every row of source and target, write to neither')
    .argument('[id]', 'a run, whose source, target and plan file are taken, in place of --from and --to')
    .addOption(
      new Option(
        '--where <condition>',
        'only rows for which this holds, in SQL that both engines take; with --tables',
      ).conflicts('sample'),
    )
    .option('--sample <rows>', 'a spot check: so many rows by chance of each table with a primary key', rows)
    .option('--round-trip', 'look also whether each value would come back to SQLite as it was')
  withExamples(withRunning(withPlanning(command)), [
    [
      'check --from sqlite:app.db --to postgresql://me@localhost/app',
      'status 0: equal; 4: they differ, and where',
    ],
    ['check app-1a2b3c', 'the source and the target of a run, as they are now'],
    ['check --sqlite app.db --postgres prod --tables users --json', 'one table, as JSON'],
    ['check app-1a2b3c --tables orders --where "total > 100"', 'some rows of one table'],
    ['check app-1a2b3c --sample 500', 'a spot check'],
    ['check app-1a2b3c --round-trip', 'status 4 where a column could not be brought back, and why'],
  ]).action((id: string | undefined, flags: CheckFlags) => checkCommand(cli, id, flags))
}

function rows(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a number of rows, from 1 to 999999999.')
}

/** What a check can be asked for beyond a plan. */
type More = Pick<AnyRequest, 'rows' | 'roundTrip'>

async function checkCommand(cli: Cli, id: string | undefined, flags: CheckFlags): Promise<void> {
  const rows = rowsWanted(flags)
  const more: More = { ...(rows && { rows }), ...(flags.roundTrip && { roundTrip: true }) }
  const prepared =
    id === undefined
      ? await preparedOf(cli, flags, more)
      : (temporal: Temporal) => preparedFrom(temporal, id, flags, more)
  await runPrepared(cli, flags, prepared, { mode: 'check' })
}

function rowsWanted({ where, sample, tables }: CheckFlags): RowsWanted | undefined {
  if (where !== undefined && !tables)
    throw new Failure({
      code: 'usage',
      object: '--where',
      message: 'a condition is over the columns of a table, and no table is named',
      remedy: 'Name it with --tables',
    })
  if (where === undefined && sample === undefined) return undefined
  return { ...(where !== undefined && { where }), ...(sample !== undefined && { sample }) }
}

async function preparedOf(cli: Cli, flags: CheckFlags, more: More): Promise<PreparedRun> {
  const { prepareRun } = await import('../request.ts')
  const given = await migrationOptions(flags)
  const ifExists = given.ifExists ?? given.file?.ifExists ?? 'use'
  return prepareRun({ ...given, ifExists, ...more }, 'check', cli.around.here)
}

/** As the run was asked for; what the flags say goes over that. */
async function preparedFrom(
  temporal: Temporal,
  id: string,
  flags: CheckFlags,
  more: More,
): Promise<PreparedRun> {
  refuseEndpoints(flags)
  const { findRun } = await import('../handle.ts')
  const { askedOf } = await import('../asked.ts')
  const { named } = await import('../request.ts')
  const { request } = await askedOf(temporal, await findRun(temporal, id))
  if (request.via) throw byWayOfFiles(id, request.via)
  const { tables, exclude, accept, types, reason, operator, busyTimeout } = flags
  const asked: AnyRequest = {
    ...request,
    ...{ scope: 'all', ifExists: 'use', exclude: exclude ?? request.exclude },
    accept: [...new Set([...request.accept, ...(accept ?? [])])].sort(),
    ...(tables && { tables }),
    ...(types && { types }),
    ...(reason !== undefined && { reason }),
    ...(operator !== undefined && { operator }),
    ...(busyTimeout !== undefined && { busySeconds: busyTimeout }),
    ...more,
  }
  return named(asked, 'check', flags.id)
}

/** Files in between are written by the run alone: what is to be compared are its two ends. */
const byWayOfFiles = (id: string, { source }: NonNullable<AnyRequest['via']>) =>
  new Failure({
    code: 'usage',
    object: `run ${id}`,
    message: 'it went by way of files, and has compared each step of that',
    remedy: `Compare its ends: "longhaul check --from ${showEndpoint(source)} --to …"`,
  })

function refuseEndpoints({ from, to, sqlite, postgres, plan }: CheckFlags): void {
  if ([from, to, sqlite, postgres, plan].every(given => given === undefined)) return
  throw new Failure({
    code: 'usage',
    object: 'check',
    message: 'a run has its own source, target and plan file',
    remedy: 'Leave out either its name or --from, --to and --plan',
  })
}
