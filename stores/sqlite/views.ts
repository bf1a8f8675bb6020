/** Views of a snapshot, and queries of users, computed by SQLite in a process that can be ended. */
import { type ChildProcess, fork } from 'node:child_process'
import { entry } from '../../home/entry.ts'
import type { LogicalType } from '../../model/types.ts'
import type { ViewDigest } from '../digest/view.ts'

export interface AskedView {
  name: string
  /** A query of its own instead of a view. */
  sql?: string
  /** In the order of the view's own; types that the target has given them. */
  columns: { name: string; type: LogicalType }[]
}

/**
 * `reals`: places of columns of decimals in which there were REALs · `columns`: it has another number of them ·
 * `unfit`: it gives something that is not of the target's type · `failure`: why there is no digest. All without values.
 */
export type ViewAnswer =
  | (ViewDigest & { reals?: number[] })
  | { columns: number }
  | { unfit: string }
  | { failure: string }

export class ViewReader {
  readonly #snapshot: string
  #child: ChildProcess | undefined

  constructor(snapshot: string) {
    this.#snapshot = snapshot
  }

  /** The digest of all rows; undefined where that takes longer than `seconds`. */
  async digest(view: AskedView, seconds: number): Promise<ViewAnswer | undefined> {
    const child = (this.#child ??= this.#start())
    const late = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => late.resolve(undefined), seconds * 1000)
    try {
      const answer = await Promise.race([asked(child, view), late.promise])
      if (answer === undefined) this.close()
      return answer
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  #start(): ChildProcess {
    const child = fork(entry(import.meta.url, './view-process.ts'), [this.#snapshot], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Options for this process (a debugger, a loader) are not for that one.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    return child
  }
}

/** A process that ends (no memory, a defect of SQLite) is an answer, too. */
function asked(child: ChildProcess, view: AskedView): Promise<ViewAnswer> {
  return new Promise(resolve => {
    const settle = (answer: ViewAnswer) => {
      child.removeListener('message', heard).removeListener('exit', ended).removeListener('error', ended)
      resolve(answer)
    }
    const heard = (answer: unknown) => settle(answer as ViewAnswer)
    const ended = () => settle({ failure: 'the process that read it ended' })
    child.once('message', heard).once('exit', ended).once('error', ended)
    child.send(view, error => {
      if (error) ended()
    })
  })
}
