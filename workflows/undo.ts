/** An undo that goes on until it is done: one that fails waits for whoever mends what stands in its way. */
import { condition, isCancellation, setCurrentDetails, setHandler, upsertMemo } from '@temporalio/workflow'
import type { Waiting } from '../model/control.ts'
import type { FailureFacts } from '../model/failure.ts'
import type { Loss } from '../model/rollback.ts'
import type { Holder } from './carry.ts'
import { factsOf } from './failures.ts'
import { type RollbackInput, retryUpdate, waitingForQuery } from './messages.ts'
import { refused } from './order-rules.ts'

export class Undo implements Holder {
  readonly run: string
  readonly go = true
  readonly heard = 0
  readonly #name: string
  readonly #hosts: string[] = []
  #step = ''
  #told: string | null = null
  #failure: FailureFacts | undefined
  /** Losses that were consented to since it failed. */
  accepted: Loss[] = []

  constructor({ run, name }: RollbackInput) {
    this.run = run
    this.#name = name
    setHandler(waitingForQuery, () => this.#waiting)
    setHandler(
      retryUpdate,
      (order?: { accept?: Loss[] }) => {
        this.#failure = undefined
        if (order?.accept) this.accepted = order.accept
        return { message: `run ${name}: taking back goes on` }
      },
      {
        validator: (_order?: object) => {
          if (!this.#failure)
            throw refused({ name }, 'it is being taken back, and nothing of that has failed')
        },
      },
    )
  }

  says(step: string): void {
    this.#step = step
    this.#publish()
  }

  /** Tries until it succeeds, each time after somebody has asked for it. */
  async until<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (isCancellation(error)) throw error
        this.#failure = factsOf(error)
        this.#publish()
        await condition(() => this.#failure === undefined)
        this.#publish()
      }
    }
  }

  get #waiting(): Waiting[] {
    return [
      ...(this.#failure ? [{ kind: 'operator' as const, text: undoText(this.#failure) }] : []),
      ...this.#hosts.map(host => ({ kind: 'host' as const, text: `a worker on host ${host}`, host })),
    ]
  }

  #publish(): void {
    const waits = this.#waiting.map(({ text }) => `waiting for ${text}`)
    // Readable with no worker alive; and a trace of what a retry is judged by, as in `run-progress.ts`.
    const waitingFor = waits.join('; ') || null
    if (waitingFor !== this.#told) upsertMemo({ waitingFor })
    this.#told = waitingFor
    setCurrentDetails([`**rolling back** ${this.#name}: ${this.#step}`, '', ...waits].join('\n'))
  }

  // As the holder of its work: nobody pauses an undo.

  async rest(until: () => boolean): Promise<void> {
    await condition(until)
  }

  async refused(): Promise<void> {}

  begins(): void {}

  ends(): void {}

  away(host: string): void {
    this.#hosts.push(host)
    this.#publish()
  }

  back(host: string): void {
    this.#hosts.splice(this.#hosts.indexOf(host), 1)
    this.#publish()
  }
}

/** What an undo that failed waits for. */
export const undoText = ({ object, message }: FailureFacts): string =>
  `an operator, as taking back failed: ${object ? `${object}: ` : ''}${message}`
