/** The command line as data: for its reference page, and for tests of its help. */
import type { Command } from 'commander'
import { surroundings } from '../here.ts'
import { type Cli, Interrupted } from './cli.ts'
import { Output } from './output.ts'
import { buildProgram } from './program.ts'

export interface CommandText {
  name: string
  description: string
  /** The whole help, as a terminal of 100 columns shows it. */
  help: string
  /** Long names of all flags. */
  flags: string[]
}

/** Help of the program and of each command, in the order of the program's help. */
export function commandLine(): { help: string; commands: CommandText[] } {
  const program = buildProgram(idle())
  return { help: helpOf(program), commands: program.commands.map(textOf) }
}

function textOf(command: Command): CommandText {
  return {
    name: command.name(),
    description: command.description(),
    help: helpOf(command),
    flags: command.options.flatMap(option => option.long ?? []),
  }
}

/** With what `addHelpText` adds, which only goes out where help is written. */
function helpOf(command: Command): string {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  command.configureOutput({ writeOut: write, getOutHelpWidth: () => 100, getOutHasColors: () => false })
  command.outputHelp()
  return text.trim()
}

/** A command line that is only described. */
function idle(): Cli {
  const nowhere = { write: () => true }
  return {
    around: surroundings(),
    out: new Output(nowhere, nowhere),
    signal: new AbortController().signal,
    releaseSignals: () => {},
    interruption: new Interrupted(''),
    status: 0,
  }
}
