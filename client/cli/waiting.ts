/** A run that waits where nobody can answer: what for, and the commands that go on. */
import type { Waiting } from '../../model/control.ts'
import { answersTo } from '../answers.ts'
import type { RunHandle } from '../handle.ts'
import type { Outcome } from '../outcome.ts'
import type { Temporal } from '../stack.ts'
import { answerLines } from './answer-lines.ts'
import type { Cli } from './cli.ts'
import { unattended } from './order.ts'

/** Ends a command with status 6; the run stays as it is. */
export function showWaiting(
  cli: Cli,
  temporal: Temporal,
  { result, handle }: Outcome & { handle: RunHandle },
  waiting: Waiting[],
): void {
  const { out } = cli
  const { name } = handle
  const answers = answersTo(name, waiting)
  const attended = !temporal.embedded || temporal.joined
  out.settle()
  out.print(
    [...waiting.map(({ text }) => `Run ${name} waits for ${text}.`), ...answerLines(answers)].join('\n'),
  )
  out.say(attended ? goesOn(name) : unattended(name))
  out.document({ result, waiting, answers, attended, ...(handle.page && { ui: handle.page }) })
  cli.status = result.exit
}

const goesOn = (name: string) =>
  `Run ${name} goes on by itself once that is answered; "longhaul watch ${name}", or this command again, follows it.`
