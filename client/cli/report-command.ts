import type { Command } from 'commander'
import { type Cli, open } from './cli.ts'
import { withExamples } from './options.ts'

/** `longhaul report ID`: prints the report of a run; needs no server. */
export function addReport(program: Command, cli: Cli): void {
  const command = program
    .command('report')
    .description('Print the report of a run that has ended (Markdown); needs no server')
    .argument('<id>', 'name of the run, or the start of its UUID')
    .option('--json', 'the report as JSON')
  withExamples(command, [
    ['report app-1a2b3c > migration.md', 'keep it with the project'],
    ['report app-1a2b3c --json', 'for programs'],
  ]).action(async (id: string, { json = false }: { json?: boolean }) => {
    const { findReport, reportText } = await import('../report.ts')
    const { out } = open(cli, { json: false })
    const text = reportText(findReport(id, cli.around), json)
    out.print(text.trimEnd())
  })
}
