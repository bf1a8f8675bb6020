/**
 * Everything that can go wrong in words a user can act on.
 *
 * A failure is facts (`code`, `object`, `message`, `remedy`); the sentence is built in one place
 * (`sentence`), and it becomes a Temporal `ApplicationFailure` at the activity's edge and nowhere else.
 * No fact may hold a password, a key or a row value.
 */

/** Exit statuses of the command line; the public contract of `docs/exit-status.md`. */
export const EXIT = {
  complete: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  differences: 4,
  noServer: 5,
  waiting: 6,
  interrupted: 130,
} as const
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

/** What each code means for a run: its exit status, and whether trying again can help. */
const REGISTRY = {
  /** The command line or a plan file is wrong. */
  usage: { exit: EXIT.usage, retry: false },
  /** The source cannot be read: missing, not a database, empty, damaged, locked. */
  source: { exit: EXIT.refused, retry: false },
  /** The target refuses us for good: wrong password, no such database, missing permission. */
  target: { exit: EXIT.refused, retry: false },
  /** Preflight said no; nothing was touched. */
  refused: { exit: EXIT.refused, retry: false },
  /** A server is away or starting: worth another attempt. */
  unavailable: { exit: EXIT.failed, retry: true },
  /** The server has no connection left for us: somebody gives one back sooner or later. */
  busy: { exit: EXIT.failed, retry: true },
  /** Disk full here or there: once somebody makes room the work goes on. */
  space: { exit: EXIT.failed, retry: true },
  /** The target is no longer the database in which this run began (dropped, restored, made anew). */
  'target-replaced': { exit: EXIT.failed, retry: false },
  /** The target has lost what it had confirmed: a server that was behind has taken over. */
  'set-back': { exit: EXIT.failed, retry: false },
  /** Source or target differ from what the plan was made for. */
  drift: { exit: EXIT.refused, retry: false },
  /** Somebody else took this run or chunk over; this attempt must stop writing. */
  fenced: { exit: EXIT.failed, retry: false },
  /** A value that the plan's type cannot hold turned up after the assessment. */
  value: { exit: EXIT.failed, retry: false },
  /** An object (index, key, foreign key …) could not be made in the target. */
  object: { exit: EXIT.failed, retry: false },
  /** An artifact that the run needs (snapshot, plan) is gone or was changed. */
  artifact: { exit: EXIT.failed, retry: false },
  /** No process holds the snapshot of a PostgreSQL source any more: what was read before is to be looked at anew. */
  'snapshot-lost': { exit: EXIT.failed, retry: false },
  /** No Temporal server, or no worker that polls. */
  'no-server': { exit: EXIT.noServer, retry: true },
  /** The run was paused: work stops at the next boundary, and is asked for again after the resume. */
  paused: { exit: EXIT.waiting, retry: false },
  /** Somebody said no at a gate. */
  rejected: { exit: EXIT.failed, retry: false },
  /** A defect in longhaul itself. */
  internal: { exit: EXIT.failed, retry: false },
} as const

export type FailureCode = keyof typeof REGISTRY

/** The facts of one failure. */
export interface FailureFacts {
  code: FailureCode
  /** What happened, one sentence without a full stop, without values and secrets. */
  message: string
  /** The thing it happened to: `table "users"`, `file /data/app.db`. */
  object?: string
  /** What the user can do next, one sentence without a full stop. */
  remedy?: string
}

/** The one error class that longhaul throws on purpose. */
export class Failure extends Error {
  readonly facts: FailureFacts
  constructor(facts: FailureFacts, options?: ErrorOptions) {
    super(sentence(facts), options)
    this.name = 'Failure'
    this.facts = facts
  }
  get code(): FailureCode {
    return this.facts.code
  }
}

/** `object: message. Remedy.` */
export function sentence({ object, message, remedy }: FailureFacts): string {
  const head = object ? `${object}: ${message}` : message
  return remedy ? `${stopped(head)} ${stopped(remedy)}` : stopped(head)
}

/** Words of others, as the comment of a rejection, may bring their own full stop. */
const stopped = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)

export function exitOf(code: FailureCode): ExitStatus {
  return REGISTRY[code].exit
}

export function canRetry(code: FailureCode): boolean {
  return REGISTRY[code].retry
}

/** The type under which a failure travels through Temporal, and back. */
export const failureType = (code: FailureCode): string => `longhaul.${code}`

export function codeOfType(type: string | null | undefined): FailureCode | undefined {
  const code = type?.startsWith('longhaul.') ? type.slice('longhaul.'.length) : undefined
  return code && code in REGISTRY ? (code as FailureCode) : undefined
}
