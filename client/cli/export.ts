import { type Command, Option } from 'commander'
import { FILE_FORMATS, type FileFormat } from '../../model/files/options.ts'
import type { Cli } from './cli.ts'
import { withReading, withWriting } from './file-flags.ts'
import { type RunFlags, withExamples, withPlanning, withRunning } from './options.ts'
import { runCommand } from './run.ts'

const WRITTEN = FILE_FORMATS.filter(format => format !== 'dump')

/** `longhaul export`: a database into files, as a run. */
export function addExport(program: Command, cli: Cli): void {
  const command = program
    .command('export')
    .description('Write the tables of a database into files, and read each file again to compare')
  const parts = withWriting(withReading(withRunning(withPlanning(command)))).addOption(
    new Option('--format <name>', 'of --to, where that is a path alone').choices(WRITTEN),
  )
  withExamples(parts, [
    ['export --from sqlite:app.db --to csv:out/', 'a file for each table'],
    [
      'export --from postgresql://me@localhost/app --to xlsx:out/ --per dictionaries --dated',
      'a workbook for each dictionary, with all rows that belong to it',
    ],
    ['export --from sqlite:app.db --to app.json --format json', 'all tables in one JSON file'],
    ['export --from sqlite:app.db --to sql:app.sql --dialect postgres', 'a dump that psql restores'],
  ]).action((flags: ExportFlags) => runCommand(cli, inFormat(flags), { mode: 'full' }))
}

interface ExportFlags extends RunFlags {
  format?: FileFormat
}

function inFormat({ format, ...flags }: ExportFlags): RunFlags {
  const { to } = flags
  if (!format || to === undefined) return flags
  return { ...flags, to: to.startsWith(`${format}:`) ? to : `${format}:${to}` }
}
