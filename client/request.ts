/** From what the user wrote (options, plan file) to a request that a workflow takes. */
import { parse } from 'node:path'
import {
  type FilesEndpoint,
  type Here,
  NOWHERE,
  type PostgresEndpoint,
  parseEndpoint,
  parseSource,
  type SourceEndpoint,
  type SqliteEndpoint,
  type StagedSource,
  staged,
} from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { FileOptions } from '../model/files/options.ts'
import { canonicalJson } from '../model/hash-plan.ts'
import type { IfExists } from '../model/plan.ts'
import { type AnyRequest, type PlanFile, planRequest, type RequestOptions } from '../model/plan-request.ts'
import { parsePostgresUrl } from '../model/postgres-url.ts'
import { sha256 } from '../model/sha256.ts'
import type { Mode } from '../workflows/messages.ts'
import { noArchive, notBetween, scratchOf, viaOf, withFileOptions } from './request-files.ts'
import { refuseUnserved } from './served.ts'

/** What can be said about a migration; an option goes before the plan file, which goes before the default. */
export interface MigrationOptions extends Omit<RequestOptions, 'via'> {
  /**
   * `sqlite:FILE`, or as `to`; of PostgreSQL all schemas, or those of `?schema=one,two`; `csv:`, `json:`, `jsonl:`, `xlsx:`, `sql:` or
   * `dump:` with the path of a file or folder.
   */
  from?: string
  /**
   * `postgresql://USER@HOST:PORT/DATABASE[?schema=NAME]`, the name of a connection, `sqlite:FILE`, or files as in `from`, besides
   * archives.
   */
  to?: string
  /** Files that are written first, and read from there: `xlsx:FOLDER` and the like. */
  via?: string
  /** How files are read and written; each goes before what the plan file says. */
  files?: FileOptions
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
  request: AnyRequest
  /** sha256 of the request without what does not decide about the outcome, in hex. */
  requestHash: string
  /** Run exactly the plan with this hash. */
  expectHash?: string
  /** Its assessment holds values of rows; a run without them is another one. */
  showValues?: boolean
  /** URLs with their passwords, as they were given, each to be kept under `connection`. */
  secrets?: { connection: string; url: string }[]
}

/** Puts options and plan file together. Fails with `usage`, also where there is no target and `needs` says so. */
export function prepareRun(
  options: MigrationOptions,
  mode: Mode,
  here: Here,
  needs: 'target' | 'source only' = 'target',
): PreparedRun {
  const from = options.from ?? options.file?.source
  if (!from) throw missing('--from')
  const source = parseSource(from, here)
  const to = options.to ?? options.file?.target
  if (!to && needs === 'target') throw missing('--to')
  const target = to ? parseEndpoint(to, here) : { endpoint: NOWHERE }
  const wanted = { ...options.file?.files, ...options.files }
  const scratch = wanted.scratch === undefined ? undefined : scratchOf(wanted.scratch, here)
  const given = { ...wanted, ...(scratch && { scratch: scratch.endpoint.connection }) }
  const request = requestOf(
    stagedWhere(withFileOptions(source.endpoint, given), options),
    withFileOptions(inSchema(target.endpoint, options.file?.schema), given),
    options,
    options.via === undefined ? undefined : viaOf(options.via, given, here),
  )
  const name = options.id ?? options.file?.name
  const secrets = [source, target, ...(scratch ? [scratch] : [])].flatMap(side =>
    'secretUrl' in side && side.endpoint.kind === 'postgres'
      ? [{ connection: side.endpoint.connection, url: side.secretUrl! }]
      : [],
  )
  return {
    ...named(request, mode, name, options.showValues),
    ...(secrets.length > 0 && { secrets }),
  }
}

/** What is mapped is laid down first, whatever it is. */
function stagedWhere(source: SourceEndpoint, { file, suggest }: MigrationOptions): SourceEndpoint {
  return (file?.mapping || suggest) && source.kind !== 'staged' ? staged(source) : source
}

/** By name: two names of one database are told apart by preflight. */
const same = () =>
  new Failure({
    code: 'usage',
    object: '--to',
    message: 'source and target are the same',
    remedy: 'Write another database',
  })

const inSchema = (endpoint: AnyRequest['target'], schema: string | undefined): AnyRequest['target'] =>
  schema && endpoint.kind === 'postgres' ? { ...endpoint, schema } : endpoint

const BESIDE_OTHERS: ReadonlySet<IfExists> = new Set(['append', 'upsert'])

const noConflict = () =>
  new Failure({
    code: 'usage',
    object: '--conflict',
    message: 'says what becomes of rows that are there, and none are where nothing is added to them',
    remedy: 'Write --if-exists upsert or append as well',
  })

/** Fails with `usage` where there is no such direction. */
function requestOf(
  source: SourceEndpoint,
  target: AnyRequest['target'],
  { via: _via, ...options }: MigrationOptions,
  via?: FilesEndpoint,
): AnyRequest {
  const { file } = options
  if (via) return overFiles(source, target, via, options)
  if (target.kind === 'files') {
    if (target.format === 'dump') throw noArchive()
    const from = source.kind === 'postgres' ? staged(source) : source
    return planRequest({ source: from, target }, options, file)
  }
  if (source.kind === 'postgres') {
    if (target.kind === 'sqlite') return planRequest({ source, target }, options, file)
    if (source.connection === target.connection) throw same()
    return planRequest({ source, target }, options, file)
  }
  if (target.kind === 'postgres') return withConflict(fromFile(source, target, options), options)
  if (source.kind === 'staged') return withConflict(planRequest({ source, target }, options, file), options)
  throw new Failure({
    code: 'usage',
    object: '--to',
    message: 'SQLite is copied into SQLite by copying the file',
    remedy: 'Write --to postgresql://USER@HOST/DATABASE, or --from postgresql://… for the way back',
  })
}

/** The source into files, and these into the target. */
function overFiles(
  source: SourceEndpoint,
  target: AnyRequest['target'],
  via: FilesEndpoint,
  options: Omit<MigrationOptions, 'via'>,
): AnyRequest {
  if (source.kind === 'staged' || target.kind === 'files') throw notBetween()
  const wishes = { ...options, via: { source, target: via } }
  return withConflict(
    target.kind === 'sqlite'
      ? planRequest({ source: staged(via), target }, wishes, options.file)
      : planRequest({ source: staged(via), target }, wishes, options.file),
    options,
  )
}

function fromFile(
  source: SqliteEndpoint | StagedSource,
  target: PostgresEndpoint,
  options: Omit<MigrationOptions, 'via'>,
): AnyRequest {
  if (source.kind === 'staged') return planRequest({ source, target }, options, options.file)
  return planRequest({ source, target }, options, options.file)
}

function withConflict(request: AnyRequest, { onConflict }: Omit<MigrationOptions, 'via'>): AnyRequest {
  if (onConflict !== undefined && !BESIDE_OTHERS.has(request.ifExists)) throw noConflict()
  return request
}

/** A prepared run of a finished request, under the name that was chosen for it or one made for it. Fails with `usage`. */
export function named(request: AnyRequest, mode: Mode, name?: string, showValues = false): PreparedRun {
  refuseUnserved(request)
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
  filesPerMinute: _filesPerMinute,
  file,
  ...request
}: AnyRequest): string {
  const { include, tables, exclude, mapping } = file ?? {}
  return sha256(
    canonicalJson({ ...request, file: { include, tables, exclude, ...(mapping && { mapping }) } }),
  )
}

const missing = (flag: '--from' | '--to') =>
  new Failure({
    code: 'usage',
    object: flag,
    message: `the ${flag === '--from' ? 'source' : 'target'} is missing`,
    remedy:
      flag === '--from'
        ? 'Write --from sqlite:app.db or a PostgreSQL URL, or `source:` in the plan file'
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
function madeName({ source }: AnyRequest, requestHash: string, mode: Mode): string {
  const base = baseName(source)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 60)
  return `${base || 'run'}-${requestHash.slice(0, 6)}${mode === 'full' ? '' : `.${mode}`}`
}

/** The file, or the database where a URL names one, or the connection. */
function baseName(source: SourceEndpoint): string {
  if (source.kind === 'staged' && source.of.kind === 'postgres') return baseName(source.of)
  if (source.kind !== 'postgres') return parse(source.path).name
  const parsed = parsePostgresUrl(source.connection)
  return parsed ? parse(parsed.url.pathname).name : source.connection
}
