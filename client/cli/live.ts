/** Progress on a terminal: steps in one line each, and a bar for each table. */
import { showName } from '../../model/name-text.ts'
import type { Progress, StepProgress, TableProgress } from '../../model/run.ts'
import { answersTo, openQuestions } from '../answers.ts'
import { answerLines } from './answer-lines.ts'
import { stepLine } from './lines.ts'
import { Rate } from './rate.ts'
import { summary, totals } from './summary.ts'
import { clip, count, fit, width, wrap } from './text.ts'

const MARKS = { pending: '·', running: '▸', done: '✓', failed: '✗', skipped: '–' } as const

export class LiveView {
  readonly #rates = new Map<string, Rate>()
  readonly #total = new Rate()

  /** The view as lines that fit into the terminal; `now` in milliseconds. */
  lines(progress: Progress, now: number, size: { columns: number; rows: number }): string[] {
    this.#note(progress, now)
    const head = `${progress.name}: ${progress.source} → ${progress.target}`
    const steps = this.#steps(progress, size.columns - 1)
    const sums = progress.tables.length ? [summary(totals(progress), this.#total.perSecond)] : []
    const room = size.rows - steps.length - sums.length - 3
    const lines = [head, ...steps, ...this.#tables(progress.tables, room, size.columns), ...sums]
    return lines.map(line => clip(line, size.columns - 1))
  }

  /** What the run waits for, and who holds it, stand under the step that is under way. */
  #steps(progress: Progress, columns: number): string[] {
    const { name, steps, waitingFor, orders = [] } = progress
    const held = orders.length > 0 ? wrap(`orders: ${orders.join(', ')}`, columns - 2, 2) : []
    const waiting = waitingFor ? wrap(`waiting for ${waitingFor}`, columns - 2, 3) : []
    const answers = answerLines(answersTo(name, openQuestions(progress)))
    const lines = steps.map(step => `${MARKS[step.state]} ${stepText(step)}`)
    const running = steps.findLastIndex(step => step.state === 'running')
    const under = [...held, ...waiting, ...answers].map(line => `  ${line}`)
    lines.splice(running < 0 ? steps.length : running + 1, 0, ...under)
    return lines
  }

  #note(progress: Progress, now: number): void {
    this.#total.note(totals(progress).written, now)
    for (const { name, written } of progress.tables) {
      const rate = this.#rates.get(name) ?? new Rate()
      this.#rates.set(name, rate)
      rate.note(written, now)
    }
  }

  /** What is under way first; what finds no room is counted. */
  #tables(tables: readonly TableProgress[], room: number, columns: number): string[] {
    if (room < 2) return []
    const order = [...tables].sort((a, b) => rank(a) - rank(b))
    const shown = order.slice(0, order.length > room ? room - 1 : room)
    const names = Math.min(30, Math.max(...shown.map(t => width(showName(t.name))), 0))
    const lines = shown.map(table => this.#table(table, names, columns))
    const rest = order.length - shown.length
    return rest > 0 ? [...lines, `  … and ${rest} more`] : lines
  }

  #table(table: TableProgress, names: number, columns: number): string {
    const share = table.rows > 0 ? Math.min(table.written / table.rows, 1) : table.state === 'pending' ? 0 : 1
    const speed = table.state === 'copying' ? this.#rates.get(table.name)?.perSecond : undefined
    const words = speed
      ? `${count(speed)} rows/s`
      : table.error
        ? `${table.state}: ${table.error}`
        : table.state
    const head = `  ${fit(showName(table.name), names)} `
    const tail = ` ${fit(`${Math.floor(share * 100)} %`, 5, 'right')} ${fit(count(table.written), 11, 'right')}  ${words}`
    const bar = Math.min(30, columns - 1 - width(head) - 34)
    return bar >= 5
      ? `${head}${'█'.repeat(Math.round(share * bar)).padEnd(bar, '░')}${tail}`
      : `${head}${tail}`
  }
}

const stepText = (step: StepProgress) => (step.state === 'pending' ? step.name : stepLine(step))

const RANKS = {
  failed: 0,
  differs: 0,
  copying: 1,
  paused: 1,
  copied: 2,
  pending: 3,
  finished: 4,
  validated: 5,
  skipped: 5,
} as const
const rank = ({ state }: TableProgress) => RANKS[state]
