/**
 * What the driver and the server throw, as failures a user can act on.
 *
 * The text of a server's error may hold row values (`Key (email)=(…) already exists`), its detail and
 * context even more. A text is passed on only from classes that speak about names; no original error is
 * kept as a cause, since a logger would print it.
 */
import { Failure, type FailureCode } from '../model/failure.ts'
import { condition } from './conditions.ts'
import { socketReason } from './socket-errors.ts'

/** What was going on: `object` as in `table "users"`, `doing` as in `create the index`. */
export interface Doing {
  object?: string
  doing: string
}

/** The facts that PostgreSQL sends with an error and that hold names only. */
interface ServerError {
  code: string
  message: string
  detail?: string | undefined
  schema?: string | undefined
  table?: string | undefined
  column?: string | undefined
  constraint?: string | undefined
  dataType?: string | undefined
  /** The server's function that met the error; a pool between us and it names none. */
  routine?: string | undefined
}

/** Any error as a failure; a failure stays as it is. */
export function toFailure(error: unknown, what: Doing): Failure {
  if (error instanceof Failure) return error
  if (isServerError(error)) return fromServer(error, what)
  const reason = socketReason(error)
  if (reason) return failure(what, reason.code, reason.text, reason.remedy)
  return unforeseen(error, what)
}

/** Whether the server answered with an error, as opposed to a socket or the driver failing. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

/** Whether an error comes from a server or from the way to it, and not from a file or a defect. */
export function isDatabaseError(error: unknown): boolean {
  if (isServerError(error)) return true
  const call = error instanceof Error && 'syscall' in error ? String(error.syscall) : undefined
  return (call === undefined || SOCKET_CALLS.has(call)) && socketReason(error) !== undefined
}

const SOCKET_CALLS = new Set(['connect', 'read', 'write', 'getaddrinfo'])

function failure({ object, doing }: Doing, code: FailureCode, text: string, remedy?: string): Failure {
  return new Failure({
    code,
    message: `could not ${doing}: ${text}`,
    ...(object !== undefined && { object }),
    ...(remedy !== undefined && { remedy }),
  })
}

function fromServer(error: ServerError, what: Doing): Failure {
  const isOfPool = error.code === '08P01' && error.routine === undefined
  const rule = isOfPool
    ? POOL_RULES.find(([pattern]) => pattern.test(error.message))
    : RULES.find(([pattern]) => pattern.test(error.code))
  const [, code, remedy] = rule ?? [undefined, 'object' as const]
  return failure(what, code, reasonOf(error), remedy)
}

type Rule = [pattern: RegExp, code: FailureCode, remedy?: string]

/** By the words of PgBouncer, which has one code for all it says itself. */
const POOL_RULES: Rule[] = [
  [
    /startup parameter/,
    'target',
    'Leave it out (options of the URL, PGOPTIONS), or name it in ignore_startup_parameters of the pool',
  ],
  [
    /does not exist|no such|not allowed|password|auth/,
    'target',
    'Check database, role and the users of the pool',
  ],
  [
    /no more connections|query_wait_timeout/,
    'busy',
    'Raise default_pool_size or max_client_conn of the pool, or lower the number of tables at once',
  ],
  [/^/, 'unavailable', 'The pool has no way to its server, or has cut this one; try again'],
]

/** The first that matches decides; what none matches is the failure of one object. */
const RULES: Rule[] = [
  [/^08P01/, 'internal', 'This is a defect of longhaul; please report it with the log of the run'],
  [
    /^08|^57P0[1235]|^25P03/,
    'unavailable',
    'The server is starting, stopping or cut the connection; try again',
  ],
  [/^53300/, 'busy', 'Raise max_connections, close other sessions or lower the number of tables at once'],
  [
    /^40|^55P03|^57014|^53200/,
    'unavailable',
    'Try again; if it comes back, look at pg_stat_activity for who is in the way',
  ],
  [/^53100/, 'space', 'Free disk space on the server; the run goes on once there is room'],
  [/^28P01/, 'target', 'Check the password (URL, connection store, PGPASSWORD, PGPASSFILE or service)'],
  [/^28/, 'target', 'Check role, host and database against pg_hba.conf of the server'],
  [/^3D000|^57P04/, 'target', 'Create the database or correct its name'],
  [
    /^42501/,
    'target',
    'Grant the role what it needs, or connect as the owner (as a role with BYPASSRLS where row security is forced)',
  ],
  [
    /^25006/,
    'target',
    'The server takes no writes (a standby, or default_transaction_read_only); use the primary',
  ],
  [/^2BP01/, 'object', 'Drop or change what depends on it, then do this again'],
  [/^23505/, 'object', 'Two rows have the same key there: delete or change one of them, then retry'],
  [/^22/, 'value', 'Run longhaul validate; the plan may need another type for this column'],
  [/^XX/, 'object', 'The log of the server has more'],
]

/** Classes whose texts are built from names, sizes and settings. A syntax error quotes what stands there. */
const SPEAKS_OF_NAMES = /^(08|0A|25|28|2B|3D|3F|42|53|54|55|57|58)(?!601)/

function reasonOf(error: ServerError): string {
  if (error.code === DEPENDED_ON) return `${oneLine(error.message)}: ${dependents(error)} (${error.code})`
  if (SPEAKS_OF_NAMES.test(error.code)) return `${oneLine(error.message)} (${error.code})`
  return [condition(error.code), ...names(error)].join(', ')
}

/** Here the detail says which objects, and holds names alone. */
const DEPENDED_ON = '2BP01'
const dependents = ({ detail = '' }: ServerError) => detail.replaceAll(/\s*\n\s*/g, ', ').slice(0, 500)

function names({ schema, table, column, constraint, dataType }: ServerError): string[] {
  const place = [schema, table, column].filter(name => name !== undefined).join('.')
  return [
    ...(place ? [`in ${place}`] : []),
    ...(constraint ? [`constraint ${constraint}`] : []),
    ...(dataType ? [`type ${dataType}`] : []),
  ]
}

const oneLine = (text: string) => text.replace(/\s*\n[\s\S]*$/, '').replace(/\.$/, '')

/** Keeps where it happened and of which class it was; the text of, say, a SyntaxError quotes its input. */
function unforeseen(error: unknown, what: Doing): Failure {
  const name = error instanceof Error ? error.name : typeof error
  const result = failure(
    what,
    'internal',
    `an unforeseen ${name}`,
    'This is a defect of longhaul; please report it',
  )
  const frames = error instanceof Error ? error.stack?.split('\n').filter(line => /^\s+at /.test(line)) : []
  if (frames?.length) result.stack = [String(result), ...frames].join('\n')
  return result
}
