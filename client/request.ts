/** From what the user wrote (options, plan file) to a request that a workflow takes. */
import { parse } from 'node:path'
import { type Endpoint, type Here, NOWHERE, type ParsedUrl, parseEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { canonicalJson } from '../model/hash-plan.ts'
import { type PlanFile, type PlanRequest, planRequest, type RequestOptions } from '../model/plan-request.ts'
import { sha256 } from '../model/sha256.ts'
import type { Mode } from '../workflows/messages.ts'

/** What can be said about a migration; an option goes before the plan file, which goes before the default. */
export interface MigrationOptions extends RequestOptions {
  /** `sqlite:FILE`. */
  from?: string
  /** `postgresql://USER@HOST:PORT/DATABASE[?schema=NAME]`, or the name of a connection. */
  to?: string
  /** Name of the run: `a` to `z`, digits, `.`, `_` and `-`; otherwise made from source and request. */
  id?: string
  /** A plan file that was read (`readPlanFile`). */
  file?: PlanFile
  /** Values of rows in the assessment, besides keys: in its files (0600) on the source's host. */
  showValues?: boolean
}

/** A run that could be started: its name, what it does, and by what "the same run" is known. */
export interface PreparedRun {
  name: string
  mode: Mode
  request: PlanRequest
  /** sha256 of the request without what does not decide about the outcome, in hex. */
  requestHash: string
  /** Run exactly the plan with this hash. */
  expectHash?: string
  /** Its assessment holds values of rows; a run without them is another one. */
  showValues?: boolean
  /** A URL with its password, as it was given, to be kept under `connection`. */
  secret?: { connection: string; url: string }
}

/** Puts options and plan file together. Fails with `usage`, also where there is no target and `needs` says so. */
export function prepareRun(
  options: MigrationOptions,
  mode: Mode,
  here: Here,
  needs: 'target' | 'source only' = 'target',
): PreparedRun {
  const source = endpointOf('--from', options.from ?? options.file?.source, 'sqlite', here)
  const to = options.to ?? options.file?.target
  const target =
    !to && needs === 'source only' ? { endpoint: NOWHERE } : endpointOf('--to', to, 'postgres', here)
  const schema = options.file?.schema
  const endpoints = {
    source: source.endpoint,
    target: schema ? { ...target.endpoint, schema } : target.endpoint,
  }
  const request = planRequest(endpoints, options, options.file)
  const name = options.id ?? options.file?.name
  return {
    ...named(request, mode, name, options.showValues),
    ...('secretUrl' in target &&
      target.secretUrl && { secret: { connection: target.endpoint.connection, url: target.secretUrl } }),
  }
}

/** A prepared run of a finished request, under the name that was chosen for it or one made for it. */
export function named(request: PlanRequest, mode: Mode, name?: string, showValues = false): PreparedRun {
  const hash = hashRequest(request)
  const requestHash = showValues ? sha256(`${hash} with values`) : hash
  return {
    name: name ? checkedName(name) : madeName(request, requestHash, mode),
    ...{ mode, request, requestHash },
    ...(showValues && { showValues }),
  }
}

/** How fast it is done, what is consented to, who asks and why, and where the file lies do not make it another run. */
function hashRequest({
  how: _how,
  accept: _accept,
  busySeconds: _busySeconds,
  reason: _reason,
  operator: _operator,
  file,
  ...request
}: PlanRequest): string {
  const { include, tables, exclude } = file ?? {}
  return sha256(canonicalJson({ ...request, file: { include, tables, exclude } }))
}

type Of<K extends Endpoint['kind']> = ParsedUrl & { endpoint: Extract<Endpoint, { kind: K }> }

function endpointOf<K extends Endpoint['kind']>(
  flag: '--from' | '--to',
  text: string | undefined,
  kind: K,
  here: Here,
): Of<K> {
  if (!text) throw missing(flag)
  const parsed = parseEndpoint(text, here)
  if (parsed.endpoint.kind === kind) return parsed as Of<K>
  throw new Failure({
    code: 'usage',
    object: flag,
    message: `${flag === '--from' ? 'the source' : 'the target'} cannot be of kind ${parsed.endpoint.kind} in this version`,
    remedy: 'longhaul copies from sqlite:FILE to postgresql://USER@HOST/DATABASE',
  })
}

const missing = (flag: '--from' | '--to') =>
  new Failure({
    code: 'usage',
    object: flag,
    message: `the ${flag === '--from' ? 'source' : 'target'} is missing`,
    remedy:
      flag === '--from'
        ? 'Write --from sqlite:app.db, or `source:` in the plan file'
        : 'Write --to postgresql://USER@HOST/DATABASE or the name of a connection, or `target:` in the plan file',
  })

function checkedName(name: string): string {
  if (/^[a-z0-9._-]{1,100}$/.test(name)) return name
  throw new Failure({
    code: 'usage',
    object: '--id',
    message: 'the name of a run has small letters, digits, ".", "_" and "-", 100 at most',
    remedy: 'Choose another, such as app-to-postgres',
  })
}

/** Preflights and comparisons have names of their own, so that none is taken for the migration. */
function madeName({ source }: PlanRequest, requestHash: string, mode: Mode): string {
  const base = parse(source.path)
    .name.toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 60)
  return `${base || 'run'}-${requestHash.slice(0, 6)}${mode === 'full' ? '' : `.${mode}`}`
}
