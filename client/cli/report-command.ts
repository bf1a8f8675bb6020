import { type Command, Option } from 'commander'
import { REPORT_FORMATS, type ReportFormat } from '../../model/report/document.ts'
import { type Cli, open } from './cli.ts'
import { withExamples } from './options.ts'
import { writeOut } from './write-out.ts'

interface ReportFlags {
  format?: ReportFormat
  json?: boolean
  out?: string
}

/** `longhaul report ID`: prints the report of a run; needs no server. */
export function addReport(program: Command, cli: Cli): void {
  const command = program
    .command('report')
    .description('Print the report of a run that has ended; needs no server')
    .argument('<id>', 'name of the run, or the start of its UUID')
    .addOption(
      new Option(
        '--format <format>',
        'markdown (default), json (docs/report.schema.json), or html: one page with nothing outside of it',
      ).choices(REPORT_FORMATS),
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'))
    .option('--out <file>', 'write it (0600) instead')
  withExamples(command, [
    ['report app-1a2b3c > migration.md', 'keep it with the project'],
    ['report app-1a2b3c --format html --out migration.html', 'to read, print and sign'],
    ['report app-1a2b3c --json', 'for programs'],
  ]).action((id: string, flags: ReportFlags) => showReport(cli, id, flags))
}

async function showReport(cli: Cli, id: string, flags: ReportFlags): Promise<void> {
  const { findReport, reportText } = await import('../report.ts')
  const { out } = open(cli, { json: false })
  const text = reportText(findReport(id, cli.around), flags.json ? 'json' : (flags.format ?? 'markdown'))
  if (!flags.out) return out.print(text.trimEnd())
  writeOut(flags.out, text)
  out.say(`The report is in ${flags.out}`)
}
