/** The command line as a whole. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addApprove } from './approve.ts'
import { addAssess } from './assess.ts'
import { addCancel } from './cancel.ts'
import { addCheck } from './check.ts'
import type { Cli } from './cli.ts'
import { addData } from './data.ts'
import { addEdit } from './edit.ts'
import { addExport } from './export.ts'
import { addFull } from './full.ts'
import { addImport } from './import.ts'
import { addList } from './list.ts'
import { addPause } from './pause.ts'
import { addPlan } from './plan.ts'
import { addPreview } from './preview.ts'
import { addReject } from './reject.ts'
import { addRepair } from './repair.ts'
import { addReplay } from './replay.ts'
import { addReport } from './report-command.ts'
import { addResume } from './resume.ts'
import { addRetry } from './retry.ts'
import { addRollback } from './rollback.ts'
import { addSchema } from './schema.ts'
import { addShow } from './show.ts'
import { addSkip } from './skip.ts'
import { addStart } from './start.ts'
import { addStatus } from './status.ts'
import { addThrottle } from './throttle.ts'
import { addUp } from './up.ts'
import { addValidate } from './validate.ts'
import { addWatch } from './watch.ts'
import { addWorker } from './worker.ts'

const COMMANDS = [
  ...[addFull, addAssess, addPlan, addPreview, addStart, addValidate, addSchema, addData, addCheck],
  ...[addExport, addImport],
  ...[addList, addShow, addWatch, addStatus, addReport],
  ...[addPause, addResume, addThrottle, addSkip, addRetry, addApprove, addReject, addEdit],
  ...[addCancel, addRepair, addReplay, addRollback],
  ...[addUp, addWorker],
]

/** All commands with their flags; throws `CommanderError` and ends no process. */
export function buildProgram(cli: Cli, write = { out: process.stdout, err: process.stderr }): Command {
  const program = new Command('longhaul')
    .description(
      'Durable database migrations: each one a Temporal workflow that survives whatever is killed.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpCommand(true)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: text => write.out.write(text),
      writeErr: text => write.err.write(text),
      outputError: (text, to) => to(text.replace(/^error: /, 'longhaul: ')),
    })
  for (const add of COMMANDS) add(program, cli)
  return program.addHelpText('after', EPILOGUE)
}

const EPILOGUE = `
Examples:
  # migrate a file; the same words again go on after whatever was killed
  $ longhaul full --from sqlite:app.db --to postgresql://me@localhost/app
  # what would be done
  $ longhaul plan --from sqlite:app.db --to postgresql://me@localhost/app
  # what a target knows, with nothing running
  $ longhaul status --postgres postgresql://me@localhost/app

State and reports lie in LONGHAUL_HOME. Exit status: 0 complete and valid, 1 failed, 2 usage,
3 refused and nothing touched, 4 complete with differences, 5 no server or worker, 6 waiting, 130 interrupted.`

function version(): string {
  // Beside the sources in a checkout, one folder further up in the built package.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version
    } catch {}
  }
  return 'unknown'
}
