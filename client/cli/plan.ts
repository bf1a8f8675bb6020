import { type Command, Option } from 'commander'
import { Failure } from '../../model/failure.ts'
import type { Plan } from '../../model/plan.ts'
import { showPlan } from '../../model/show-plan.ts'
import type { PlanDocument } from '../plan-files.ts'
import type { PreparedRun } from '../request.ts'
import type { Cli } from './cli.ts'
import { findingsText } from './ending.ts'
import { withVia, withWriting } from './file-flags.ts'
import { migrationOptions, type RunFlags, withExamples, withSources, withVerbosity } from './options.ts'
import { type Ended, runPrepared, showEnding } from './run.ts'
import { writeOut } from './write-out.ts'

interface PlanFlags extends RunFlags {
  hash?: boolean
  sql?: boolean
  out?: string
  suggest?: true
}

/** `longhaul plan`: the dry run; prints the very plan that a run would execute. */
export function addPlan(program: Command, cli: Cli): void {
  const command = program.command('plan').description('Dry run: print the plan that a run would execute')
  withVia(withWriting(withVerbosity(withSources(command))))
    .addOption(new Option('--hash', 'print only the hash of the plan').conflicts('sql'))
    .option('--sql', 'print the SQL that a run would execute; the script that takes it back lies beside it')
    .addOption(
      new Option(
        '--suggest',
        'print a first mapping (YAML), by names, types and values of both sides, with what it does not know',
      ).conflicts(['hash', 'sql']),
    )
    .option('--out <file>', 'write the plan (0600), for "longhaul start FILE" to run exactly it')
  withExamples(command, [
    [
      'plan --from sqlite:app.db --to postgresql://me@localhost/app',
      'tables, columns with types and reasons, findings',
    ],
    [
      'plan --plan plan.yaml --out reviewed.json && longhaul start reviewed.json',
      'run exactly what was reviewed, or refuse',
    ],
    ['plan --plan plan.yaml --hash', 'has anything changed since?'],
    ['plan --from json:legacy.json --to prod --suggest --out mapping.yaml', 'where does what belong?'],
    ['plan --plan plan.yaml --sql > schema.sql', 'what would be executed in the target?'],
  ]).action((flags: PlanFlags) => planCommand(cli, flags))
}

async function planCommand(cli: Cli, flags: PlanFlags): Promise<void> {
  const { prepareRun } = await import('../request.ts')
  const options = await migrationOptions(flags)
  const { here } = cli.around
  if (flags.suggest)
    return suggestCommand(cli, flags, prepareRun({ ...options, suggest: true }, 'preflight', here))
  const prepared = prepareRun(options, 'preflight', here)
  await runPrepared(cli, flags, prepared, {
    mode: 'preflight',
    show: (_, ended) => showPlanned(cli, ended, prepared, flags),
  })
}

async function suggestCommand(cli: Cli, flags: PlanFlags, prepared: PreparedRun): Promise<void> {
  const { readSuggestion } = await import('../report.ts')
  await runPrepared(cli, flags, prepared, {
    mode: 'preflight',
    show: (_, ended) => {
      const suggestion = readSuggestion(ended.result, cli.around)
      if (!suggestion) return showEnding(cli, ended)
      // Whether rows would fit as they are is not the question.
      cli.status = 0
      if (flags.out) writeOut(flags.out, suggestion.yaml)
      else cli.out.verbatim(suggestion.yaml)
      cli.out.document(suggestion)
      if (suggestion.gaps.length > 0)
        cli.out.warn(`To be decided:\n${suggestion.gaps.map(gap => `  ${gap}`).join('\n')}`)
    },
  })
}

async function showPlanned(cli: Cli, ended: Ended, prepared: PreparedRun, flags: PlanFlags): Promise<void> {
  const plan = await planOf(cli, ended)
  if (!plan) return showEnding(cli, ended)
  const { request } = prepared
  const name = prepared.name.replace(/\.preflight$/, '')
  const document: PlanDocument = { longhaul: 'plan', name, request, plan }
  if (flags.out) writeOut(flags.out, `${JSON.stringify(document, null, 2)}\n`)
  if (flags.sql) await showScripts(cli, ended)
  else {
    cli.out.print(flags.hash ? plan.hash : showPlan(plan, request.file?.rules))
    cli.out.document(flags.hash ? { hash: plan.hash } : document)
  }
  if (flags.out) cli.out.say(`The plan is in ${flags.out}; "longhaul start ${flags.out}" runs exactly it`)
  if (ended.failure) cli.out.warn(new Failure(ended.failure).message)
}

/** A plan that is refused has no scripts; its findings say why, or what has to be accepted. */
async function showScripts({ out, around }: Cli, { result }: Ended): Promise<void> {
  const { readScriptsOf } = await import('../report.ts')
  const scripts = readScriptsOf(result, around)
  if (result.findings.length > 0) out.warn(findingsText(result.findings))
  if (!scripts) {
    throw new Failure({
      code: 'refused',
      object: `plan of run ${result.name}`,
      message: 'it is refused as it stands, so there is no SQL of it',
      remedy: 'Do what the findings say, then plan again',
    })
  }
  out.verbatim(scripts.sql)
  out.document({ sql: scripts.sql, rollback: scripts.rollback })
  out.say(`The script that takes it back is in ${scripts.rollbackPath}`)
}

/** The plan lies with the run's artifacts, on the host that has the source. */
async function planOf({ around }: Cli, { result }: Ended): Promise<Plan | undefined> {
  const { readPlanOf } = await import('../report.ts')
  const plan = readPlanOf(result, around)
  if (plan || result.state === 'failed') return plan
  throw new Failure({
    code: 'artifact',
    object: `plan of run ${result.name}`,
    message: `it lies on host ${result.report?.host ?? 'unknown'} and not here`,
    remedy: 'Run "longhaul plan" on that host',
  })
}
