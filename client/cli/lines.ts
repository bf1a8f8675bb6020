/** Progress where lines stay: one for each change of a step, and one in 5 s for the rows. */
import type { Progress, StepProgress } from '../../model/run.ts'
import { answersTo, openQuestions } from '../answers.ts'
import { answerLines } from './answer-lines.ts'
import { Rate } from './rate.ts'
import { summary, totals } from './summary.ts'
import { duration } from './text.ts'

const PAUSE = 5000

export class ProgressLines {
  readonly #rate = new Rate()
  readonly #told = new Map<string, string>()
  #rowsToldAt = Number.NEGATIVE_INFINITY
  #rows = ''
  /** What the run waited for at the last look, and which orders were in force. */
  #wait: string | undefined
  #orders = ''

  /** The lines that are new since the last look; `now` in milliseconds. */
  next(progress: Progress, now: number): string[] {
    const lines = progress.steps.flatMap(step => this.#step(step))
    lines.push(...this.#given(progress), ...this.#waiting(progress))
    for (const { name, state, error } of progress.tables) {
      if (error && state !== 'skipped') lines.push(...this.#once(`table ${name}`, `table ${name}: ${error}`))
    }
    return [...lines, ...this.#copied(progress, now)]
  }

  #step(step: StepProgress): string[] {
    if (step.state === 'pending') return []
    return this.#once(`step ${step.name}`, stepLine(step))
  }

  #given({ orders = [] }: Progress): string[] {
    const line = orders.join(', ')
    if (line === this.#orders) return []
    this.#orders = line
    return [line ? `orders: ${line}` : 'orders: none any more']
  }

  /** With the commands that answer, where only somebody can end it. */
  #waiting(progress: Progress): string[] {
    const { name, waitingFor } = progress
    const wait = waitingFor && withoutClock(waitingFor)
    if (wait === this.#wait) return []
    this.#wait = wait
    const answers = answersTo(name, openQuestions(progress))
    return waitingFor ? [`waiting for ${waitingFor}`, ...answerLines(answers)] : []
  }

  #once(key: string, line: string): string[] {
    if (this.#told.get(key) === line) return []
    this.#told.set(key, line)
    return [line]
  }

  #copied(progress: Progress, now: number): string[] {
    if (progress.state === 'paused' || progress.state === 'waiting') return []
    if (!progress.steps.some(step => step.name === 'copy' && step.state === 'running')) return []
    const sums = totals(progress)
    this.#rate.note(sums.written, now)
    const line = `copy: ${summary(sums, this.#rate.perSecond)}`
    if (line === this.#rows || now - this.#rowsToldAt < PAUSE) return []
    this.#rows = line
    this.#rowsToldAt = now
    return [line]
  }
}

/** `preflight: done in 1.2 s (7 tables)`. */
export function stepLine({ name, state, startedAt, endedAt, detail }: StepProgress): string {
  const took =
    startedAt && endedAt ? ` in ${duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}` : ''
  return `${name}: ${state}${state === 'done' || state === 'failed' ? took : ''}${detail ? ` (${detail})` : ''}`
}

/** The same wait reads the same, however long the next try is away. */
const withoutClock = (waiting: string): string => waiting.replace(/; next try in \d+ s$/, '')
