import type { Answer } from '../answers.ts'
import { width } from './text.ts'

/** Each command with what it does, in two columns. */
export function answerLines(answers: readonly Answer[]): string[] {
  const widest = Math.max(0, ...answers.map(({ command }) => width(command)))
  return answers.map(({ command, does }) => `  ${command}${' '.repeat(widest - width(command))}  ${does}`)
}
