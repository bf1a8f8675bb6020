import { createInterface } from 'node:readline/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { showEndpoint } from '../../model/endpoint.ts'
import { EXIT, Failure } from '../../model/failure.ts'
import { lossText } from '../../model/refuse-rollback.ts'
import { showScope } from '../../model/render-rollback.ts'
import { LOSSES, type Loss, type RollbackCheck, type RollbackScope } from '../../model/rollback.ts'
import type { RunHandle } from '../handle.ts'
import type { RollbackOptions, RollbackTarget } from '../rollback.ts'
import type { Temporal } from '../stack.ts'
import { type Cli, interruptible, open, withTemporal } from './cli.ts'
import { type LedgerFlags, ledgerOf, withLedger } from './ledger-flags.ts'
import { list, withExamples, withVerbosity } from './options.ts'
import { byOf } from './order.ts'
import type { Verbosity } from './output.ts'
import { checkText, endText, waitingText } from './rollback-text.ts'

interface RollbackFlags extends Verbosity, LedgerFlags {
  scope?: RollbackScope['kind']
  tables?: string[]
  where?: string
  check?: boolean
  script?: string
  backup?: 'auto' | 'none'
  yes?: boolean
  accept?: Loss[]
  by?: string
  comment?: string
}

/** `longhaul rollback ID`: takes back what a run made in its target, or parts of it. */
export function addRollback(program: Command, cli: Cli): void {
  const command = program
    .command('rollback')
    .description('Take a run back: what it made in the target is gone, what was there before is as it was')
    .argument('<id>', 'name of the run, or the start of its UUID')
    .addOption(
      new Option(
        '--scope <what>',
        'all that it made, only rows that it wrote, all rows and no table, or the whole database from its dump (default: all)',
      ).choices(['all', 'rows', 'data', 'database']),
    )
    .option('--tables <names>', 'only these tables, with commas between them', list)
    .option('--where <condition>', 'with --scope rows: only rows for which this SQL over the columns holds')
    .option('--check', 'only say whether it is safe: status 0 if it is, 3 if not; nothing is written')
    .option('--script <file>', 'write the SQL to do it by hand (0600; - for standard output), and do nothing')
    .addOption(
      new Option('--backup <way>', 'dump what goes before it goes, or not').choices(['auto', 'none']),
    )
    .addOption(
      new Option(
        '--accept <loss>',
        'consent to a loss: rows-of-others, which others wrote or changed since (may be repeated)',
      )
        .choices(LOSSES)
        .argParser(loss)
        .conflicts(['check', 'script']),
    )
    .option('--by <name>', 'who says so, for the report')
    .option('--comment <text>', 'why, for the report')
  withExamples(withVerbosity(withLedger(command).option('--yes', 'do not ask; never a consent to a loss')), [
    ['rollback app-1a2b3c --check', 'is it safe, and what would be lost?'],
    ['rollback app-1a2b3c', 'asks first, on a terminal'],
    ['rollback app-1a2b3c --yes --json', 'for scripts; refused where rows of others would be lost'],
    ['rollback app-1a2b3c --yes --accept rows-of-others', 'these go as well, after a dump'],
    ['rollback app-1a2b3c --tables events,visits', 'only these tables, with what belongs to them'],
    [
      `rollback app-1a2b3c --scope rows --tables document --where "document_number LIKE 'LEGACY-%'"`,
      'only some of the rows that it wrote',
    ],
    ['rollback app-1a2b3c --script undo.sql', 'to read, and to run with psql'],
    ['rollback app-1a2b3c --postgres prod', 'where its Temporal server is no more'],
  ]).action((id: string, flags: RollbackFlags) => rollbackCommand(cli, id, flags))
}

async function rollbackCommand(cli: Cli, id: string, flags: RollbackFlags): Promise<void> {
  const { around } = open(cli, flags)
  const scope = scopeOf(flags)
  const target = ledgerOf(flags, around)
  if (flags.script !== undefined && target) {
    const { rollbackTargetIn } = await import('../rollback.ts')
    return writeScript(
      cli,
      await interruptible(cli, rollbackTargetIn(target, id, around)),
      scope,
      flags.script,
    )
  }
  await withTemporal(cli, around, async temporal => {
    const { findByName, findRun } = await import('../handle.ts')
    const { rollbackTarget, rollbackTargetIn } = await import('../rollback.ts')
    const run = target ? undefined : await findRun(temporal, id)
    const what = run ? await rollbackTarget(temporal, run) : await rollbackTargetIn(target!, id, around)
    if (flags.script !== undefined) return writeScript(cli, what, scope, flags.script)
    if (flags.check) return check(cli, temporal, what, scope)
    const consented = await consent(cli, temporal, what, scope, flags)
    if (consented)
      await takeBack(
        cli,
        temporal,
        what,
        { ...optionsOf(flags, scope), ...consented },
        run ?? (await findByName(temporal, what.name)),
      )
  })
}

function loss(text: string, before: Loss[] = []): Loss[] {
  const found = LOSSES.find(name => name === text)
  if (!found) throw new InvalidArgumentError(`Allowed choices are ${LOSSES.join(', ')}.`)
  return [...new Set([...before, found])]
}

function scopeOf({ scope, tables, where }: RollbackFlags): RollbackScope {
  const kind = scope ?? (where === undefined ? 'all' : 'rows')
  if (where !== undefined && kind !== 'rows')
    throw usage('--where', 'a condition narrows only rows', 'Add --scope rows')
  if (kind === 'database' && tables)
    throw usage(
      '--tables',
      'the whole database is made anew, or not',
      'Leave out --tables, or --scope database',
    )
  return { kind, ...(tables && { tables }), ...(where !== undefined && { where }) }
}

const usage = (object: string, message: string, remedy: string) =>
  new Failure({ code: 'usage', object, message, remedy })

const optionsOf = (flags: RollbackFlags, scope: RollbackScope): RollbackOptions => ({
  scope,
  ...(flags.backup && { backup: flags.backup }),
  ...(flags.accept && { accept: flags.accept }),
  ...byOf(flags),
})

async function check(
  cli: Cli,
  temporal: Temporal,
  what: RollbackTarget,
  scope: RollbackScope,
): Promise<void> {
  const { checkRun } = await import('../rollback.ts')
  const found = await checkRun(temporal, what, scope)
  cli.out.print(checkText(what.name, scope, found))
  cli.out.document({ run: what.run, name: what.name, scope, ...found })
  cli.status = found.safe ? EXIT.complete : EXIT.refused
}

/**
 * Asks where somebody can answer, after saying what would go; says what is missing where nobody can. A yes to a
 * question that names a loss is the consent to it. Undefined: no.
 */
async function consent(
  cli: Cli,
  temporal: Temporal,
  what: RollbackTarget,
  scope: RollbackScope,
  { yes }: RollbackFlags,
): Promise<{ accept?: Loss[] } | undefined> {
  if (yes) return {}
  if (!process.stdin.isTTY) {
    cli.status = EXIT.waiting
    cli.out.warn(`Taking back run ${what.name} needs a yes, and nobody can answer here. Add --yes.`)
    return undefined
  }
  const { checkRun } = await import('../rollback.ts')
  const found = await checkRun(temporal, what, scope)
  cli.out.warn(checkText(what.name, scope, found))
  if (found.refusals.length > 0) {
    cli.status = EXIT.refused
    return undefined
  }
  if (!(await confirmed(cli, what, scope, found))) return undefined
  return found.loses ? { accept: ['rows-of-others'] } : {}
}

async function confirmed(
  cli: Cli,
  { name, run, target }: RollbackTarget,
  scope: RollbackScope,
  found: RollbackCheck,
): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const lost = found.loses ? `, and lose what others have there (${lossText(found)})` : ''
    const question = `Take back run ${name} (${run}) in ${showEndpoint(target)}: ${showScope(scope)}${lost}? [y/N] `
    return /^y(es)?$/i.test((await interruptible(cli, lines.question(question))).trim())
  } finally {
    lines.close()
  }
}

async function takeBack(
  cli: Cli,
  temporal: Temporal,
  what: RollbackTarget,
  options: RollbackOptions,
  run: RunHandle | undefined,
): Promise<void> {
  const { rollbackRun } = await import('../rollback.ts')
  const { out } = cli
  out.say(`Taking back run ${what.name} (${what.run})`)
  const { result, waiting } = await rollbackRun(temporal, what, run, options)
  if (waiting) {
    out.print(waitingText(what.name, waiting))
    out.document({ run: what.run, name: what.name, waiting })
    cli.status = EXIT.waiting
    return
  }
  out.print(endText(result))
  out.document({ run: what.run, name: what.name, ...result })
  if (result.differences?.length) cli.status = EXIT.differences
}

async function writeScript(
  cli: Cli,
  what: RollbackTarget,
  scope: RollbackScope,
  file: string,
): Promise<void> {
  const { rollbackScript } = await import('../rollback-script.ts')
  const script = await interruptible(cli, rollbackScript(what, scope, cli.around))
  if (file === '-') {
    cli.out.verbatim(script)
    return cli.out.document({ run: what.run, name: what.name, scope, script })
  }
  const { writePrivate } = await import('../../home/home.ts')
  writePrivate(file, script)
  cli.out.say(`The script is in ${file}; psql --file ${file} executes it, whole or not at all`)
  cli.out.document({ run: what.run, name: what.name, scope, file })
}
