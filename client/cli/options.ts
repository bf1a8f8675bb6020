/** Flags that several commands share, and how they become options of the library. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { GATES, type Gate } from '../../model/control.ts'
import { BACKUPS, CONFLICTS } from '../../model/plan.ts'
import type { MigrationOptions } from '../request.ts'
import { type FileFlags, fileOptions, withReading } from './file-flags.ts'
import type { Verbosity } from './output.ts'

/** Flags as commander gives them. */
export interface EndpointFlags {
  from?: string
  to?: string
  sqlite?: string
  postgres?: string
}

/** Of commands that follow a run. */
export interface FollowFlags extends Verbosity {
  wait?: number
}

export interface RunFlags extends EndpointFlags, FollowFlags, FileFlags {
  id?: string
  plan?: string
  tables?: string[]
  exclude?: string[]
  ifExists?: NonNullable<MigrationOptions['ifExists']>
  conflict?: NonNullable<MigrationOptions['onConflict']>
  onFailure?: NonNullable<MigrationOptions['onFailure']>
  strict?: boolean
  types?: NonNullable<MigrationOptions['types']>
  via?: string
  accept?: string[]
  backup?: NonNullable<MigrationOptions['backup']>
  gate?: NonNullable<MigrationOptions['gates']>
  busyTimeout?: number
  reason?: string
  operator?: string
  yes?: boolean
  detach?: boolean
  adopt?: boolean
}

export const list = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean),
]
/** Seconds, up to a day. */
export function seconds(text: string): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value <= 86_400) return value
  throw new InvalidArgumentError('Write seconds, from 0 to 86400.')
}

function gate(text: string, before: Gate[] = []): Gate[] {
  const found = GATES.find(name => name === text)
  if (!found) throw new InvalidArgumentError(`Allowed choices are ${GATES.join(', ')}.`)
  return [...new Set([...before, found])]
}

const collect = (text: string, before: string[] = []): string[] => [...before, text]

/** `--from` and `--to`, and the words of hand-written scripts for them. */
function withEndpoints(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--from <url>',
        'source: sqlite:FILE, postgresql://USER@HOST:PORT/DATABASE[?schema=ONE,TWO], the name of a connection, or csv:, json:, jsonl:, xlsx:, sql: or dump: with a file or folder',
      ).conflicts('sqlite'),
    )
    .addOption(
      new Option(
        '--to <url>',
        'target: postgresql://USER@HOST:PORT/DATABASE, the name of a connection, or sqlite:FILE',
      ).conflicts('postgres'),
    )
    .addOption(new Option('--sqlite <file>', 'the same as --from sqlite:FILE'))
    .addOption(new Option('--postgres <url>', 'the same as --to URL'))
}

/** How much is said, and in which form. */
export function withVerbosity(command: Command): Command {
  return command
    .option('--json', 'one JSON document on standard output, everything else on standard error')
    .option('--verbose', "show the lines of the run's log as well")
    .option('--quiet', 'no progress, only the result')
}

/** What decides about the plan. */
export function withPlanning(command: Command): Command {
  return withEndpoints(command)
    .option('--id <name>', 'name of the run (default: made from the source and the request)')
    .option('--plan <file>', 'plan file (YAML) that says more; flags go before it')
    .option('--tables <names>', 'only these tables, with commas between them', list)
    .option('--exclude <names>', 'leave these tables out', list)
    .addOption(
      new Option('--if-exists <way>', 'what to do with tables that the target has already').choices([
        'refuse',
        'use',
        'append',
        'replace',
        'upsert',
      ]),
    )
    .addOption(
      new Option(
        '--conflict <way>',
        'rows whose key the target has already: overwrite (usual for upsert), skip, fail (usual for append)',
      ).choices(CONFLICTS),
    )
    .option('--strict', 'make STRICT tables in SQLite')
    .addOption(
      new Option('--on-failure <way>', 'keep what can be resumed, or take everything back').choices([
        'keep',
        'rollback',
      ]),
    )
    .addOption(
      new Option(
        '--backup <way>',
        'way back for rows of the target: auto (what each table needs), dump (also a proven dump), none',
      ).choices(BACKUPS),
    )
    .addOption(
      new Option('--gate <step>', 'wait for an approval there: before-copy, before-cutover (may be repeated)')
        .choices(GATES)
        .argParser(gate),
    )
    .addOption(
      new Option(
        '--types <mode>',
        'types by declaration only, by what the values are, or with all that PostgreSQL has for them',
      ).choices(['declared', 'inferred', 'optimized']),
    )
    .option(
      '--accept <code>',
      'consent to one finding: CODE, CODE:table.column or all-listed (may be repeated)',
      collect,
    )
    .option(
      '--busy-timeout <seconds>',
      'how long to wait where another program keeps the source locked (default: 30)',
      seconds,
    )
    .option('--reason <text>', 'why this is done, for the report')
    .option('--operator <name>', 'who asks for it, for the report')
}

/** The same where files may be the source. */
export const withSources = (command: Command): Command => withReading(withPlanning(command))

/** How long a run may wait for somebody while a command follows it. */
export function withWait(command: Command): Command {
  return command.option(
    '--wait <seconds>',
    'where the run waits for an operator: how long, before the command ends with status 6 (default: 0; on a terminal: for ever)',
    seconds,
  )
}

/** How the command goes about a run. */
export function withRunning(command: Command): Command {
  return withWait(withVerbosity(command))
    .option('--yes', 'go on where the command would ask; never a consent to a loss')
    .option('--detach', 'start the run and return; needs "longhaul up" or a cluster')
    .option('--adopt', 'take over an unfinished run of another state folder or host')
}

/** What the flags say, in the library's words. */
export async function migrationOptions(flags: RunFlags): Promise<MigrationOptions> {
  const { readPlanFile } = await import('../plan-files.ts')
  const {
    id,
    tables,
    exclude,
    ifExists,
    conflict: onConflict,
    onFailure,
    strict,
    types,
    accept,
    reason,
    operator,
    plan,
  } = flags
  const { busyTimeout: busySeconds, backup, gate: gates } = flags
  const from = flags.from ?? (flags.sqlite && `sqlite:${flags.sqlite}`)
  const to = flags.to ?? flags.postgres
  const file = plan && readPlanFile(plan)
  const files = fileOptions(flags)
  const given = {
    files: Object.keys(files).length > 0 ? files : undefined,
    filesPerMinute: flags.filesPerMinute,
    via: flags.via,
    from,
    to,
    id,
    tables,
    exclude,
    ifExists,
    onConflict,
    onFailure,
    strict,
    types,
    accept,
    reason,
    operator,
    backup,
    gates,
    busySeconds,
    file,
  }
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as MigrationOptions
}

/** Examples, which every command has. */
export function withExamples(command: Command, examples: readonly [string, string][]): Command {
  const lines = examples.flatMap(([words, use]) => [`  # ${use}`, `  $ longhaul ${words}`])
  return command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'))
}
