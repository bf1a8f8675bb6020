/** Flags that say how files are read and written. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type FileOptions, JSON_SHAPES, SQL_DIALECTS } from '../../model/files/options.ts'

/** As commander gives them. */
export interface FileFlags {
  delimiter?: string
  quote?: string
  header?: boolean
  encoding?: string
  null?: string
  shape?: NonNullable<FileOptions['shape']>
  per?: string
  dialect?: NonNullable<FileOptions['dialect']>
  escapeFormulas?: true
  dated?: true
  scratch?: string
  filesPerMinute?: number
}

/** `tab` and `\t` are what a shell makes hard to write. */
function oneCharacter(text: string): string {
  if (text === 'tab' || text === '\\t') return '\t'
  if ([...text].length === 1) return text
  throw new InvalidArgumentError('Write one character, or tab.')
}

function perMinute(text: string): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 100_000) return value
  throw new InvalidArgumentError('Write how many, from above 0 to 100000.')
}

/** How files are read; of both ways, and how fast. */
export function withReading(command: Command): Command {
  return command
    .optionsGroup('Files:')
    .option(
      '--delimiter <char>',
      'CSV: what stands between fields, or "tab" (default: found out; , when written)',
      oneCharacter,
    )
    .option('--quote <char>', 'CSV: what stands around fields (default: ")', oneCharacter)
    .option('--no-header', 'CSV: the first line has no names')
    .option(
      '--encoding <name>',
      'as in iso-8859-1, windows-1252, utf-16le (default: found out; UTF-8 when written)',
    )
    .option(
      '--null <text>',
      'CSV: how NULL is spelled (default: an empty field without quotes; "" is an empty text)',
    )
    .option('--scratch <url>', 'server for a database into which a dump: is restored meanwhile')
    .option('--files-per-minute <n>', 'so many files at most', perMinute)
}

/** How files are written. */
export function withWriting(command: Command): Command {
  return command
    .optionsGroup('Files:')
    .addOption(
      new Option(
        '--shape <shape>',
        'JSON: one object of tables (default), or a file a table: an array, or lines',
      ).choices(JSON_SHAPES),
    )
    .option(
      '--per <table>',
      'XLSX: a workbook for each row of this table, with all rows that belong to it, as NAME_ID.xlsx',
    )
    .addOption(new Option('--dialect <name>', 'SQL: of which engine (default: sqlite)').choices(SQL_DIALECTS))
    .option('--escape-formulas', 'no text is a formula to a spreadsheet: an apostrophe goes before it')
    .option('--dated', 'into a folder of their own, named by date and time')
}

/** Files between source and target. */
export function withVia(command: Command): Command {
  return command
    .optionsGroup('Files:')
    .option(
      '--via <files>',
      'out of the source into files (xlsx:FOLDER/, csv:FOLDER/, …), and from these into the target; the files are kept',
    )
}

/** What the flags say, in the words of an endpoint. */
export function fileOptions(flags: FileFlags): FileOptions {
  const { delimiter, quote, encoding, shape, per, dialect, escapeFormulas, dated, scratch } = flags
  const given = {
    ...{ delimiter, quote, encoding, shape, per, dialect, escapeFormulas, dated, scratch },
    null: flags.null,
    // Commander fills in `true` where nothing was said.
    header: flags.header === false ? false : undefined,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
