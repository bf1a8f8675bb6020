/**
 * Endpoints: where rows live. An endpoint never holds a password: a URL that has one is split at the edge
 * (`client/`), the secret goes to the connection store, and `connection` is the name it is kept under.
 */
import { Failure } from './failure.ts'
import { FILE_FORMATS, type FileFormat, type FileOptions } from './files/options.ts'
import { parsePostgresUrl, postgresUrlText } from './postgres-url.ts'

export type Endpoint = SqliteEndpoint | PostgresEndpoint | PostgresSource | FilesEndpoint | StagedSource

export interface SqliteEndpoint {
  kind: 'sqlite'
  /** Absolute path on `host`. */
  path: string
  /** The machine that has the file; names its task queue. */
  host: string
}

export interface PostgresEndpoint {
  kind: 'postgres'
  /** The name under which a worker finds the URL; the URL without its password where the user gave a URL. */
  connection: string
  /** Schema that the tables go to; `public` where nothing was said. */
  schema: string
}

/** PostgreSQL as the side that rows come from. */
export interface PostgresSource {
  kind: 'postgres'
  connection: string
  /** Names of schemas with commas between; `*`: all but those of the system and longhaul's own. */
  schema: string
  /** The machine that holds its snapshot, and keeps the run's artifacts; names its task queue. */
  host: string
}

/** Files that rows are read from, or written to. */
export interface FilesEndpoint {
  kind: 'files'
  format: FileFormat
  /** Absolute path of a file or a folder on `host`. */
  path: string
  host: string
  options: FileOptions
}

/**
 * A source whose rows are first laid down in a SQLite database in the run's folder, and go on from there: files, and whatever
 * has to be mapped.
 */
export interface StagedSource {
  kind: 'staged'
  /** Where they come from, as messages name it: the path of a file or folder. */
  path: string
  host: string
  of: SqliteEndpoint | PostgresSource | FilesEndpoint
}

export type SourceEndpoint = SqliteEndpoint | PostgresSource | StagedSource

/** Rows of it are read in the run's folder before anything else is done. */
export const staged = (of: StagedSource['of']): StagedSource => ({
  kind: 'staged',
  path: of.kind === 'postgres' ? of.connection : of.path,
  host: of.host,
  of,
})

/** The target of a run that only looks at its source: a new, empty database. */
export const NOWHERE: PostgresEndpoint = { kind: 'postgres', connection: '', schema: 'public' }

export const isNowhere = ({ connection }: PostgresEndpoint): boolean => connection === ''

export interface ParsedUrl<E extends Endpoint> {
  endpoint: E
  /** The URL to keep in the connection store under `endpoint.connection`; set where it holds a password. */
  secretUrl?: string
}

/** Where relative paths and bare file URLs are taken from. */
export interface Here {
  host: string
  /** Makes a path absolute. */
  resolve: (path: string) => string
}

/** What a text can name. */
type Named = SqliteEndpoint | PostgresEndpoint | FilesEndpoint

/**
 * Reads `sqlite:app.db`, `sqlite://HOST/abs/path`, `postgres(ql)://…[?schema=app]`, `csv:folder/` and the like for the other formats
 * of files, or the name of a connection. A NUL or an empty path is a usage failure, and so is a kind that longhaul does not know.
 */
export function parseEndpoint(text: string, here: Here): ParsedUrl<Named> {
  return parsed(text, here, 'public')
}

/** The same for the side that rows come from: of PostgreSQL all schemas, or those of `?schema=one,two`. */
export function parseSource(text: string, here: Here): ParsedUrl<SourceEndpoint> {
  const { endpoint, ...secret } = parsed(text, here, '*')
  if (endpoint.kind === 'files') return { endpoint: staged(endpoint) }
  return endpoint.kind === 'sqlite' ? { endpoint } : { endpoint: { ...endpoint, host: here.host }, ...secret }
}

function parsed(text: string, here: Here, schema: string): ParsedUrl<Named> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'sqlite') return { endpoint: { kind: 'sqlite', ...onHost(text, scheme, here) } }
  const format = FILE_FORMATS.find(name => name === scheme)
  if (format) return { endpoint: { kind: 'files', format, ...onHost(text, format, here), options: {} } }
  if (scheme === 'postgres' || scheme === 'postgresql') return postgres(text, schema)
  if (!scheme && /^[\w.-]+$/.test(text)) {
    return { endpoint: { kind: 'postgres', connection: text, schema } }
  }
  throw new Failure({
    code: 'usage',
    message: scheme ? `"${scheme}:" is no kind of endpoint that longhaul knows` : 'this is no endpoint',
    remedy:
      'Use sqlite:FILE, postgresql://USER@HOST:PORT/DATABASE, the name of a connection, or csv:, json:, jsonl:, xlsx:, sql: or dump: with a path',
  })
}

function onHost(text: string, scheme: string, here: Here): { host: string; path: string } {
  const rest = text.slice(scheme.length + 1)
  const remote = /^\/\/([^/]*)(\/.*)$/.exec(rest)
  const path = remote ? remote[2]! : rest
  if (!path || path.includes('\0')) {
    throw new Failure({
      code: 'usage',
      message: `${scheme}: needs a path`,
      remedy: scheme === 'sqlite' ? 'Write sqlite:app.db' : `Write ${scheme}:FILE or ${scheme}:FOLDER/`,
    })
  }
  return { host: remote?.[1] || here.host, path: remote ? path : here.resolve(path) }
}

function postgres(text: string, usual: string): ParsedUrl<PostgresEndpoint> {
  const parsed = parsePostgresUrl(text)
  if (!parsed) {
    throw new Failure({
      code: 'usage',
      message: 'the PostgreSQL URL cannot be read',
      remedy:
        'Write postgresql://USER@HOST:PORT/DATABASE; characters such as @ / # in a password need %-encoding',
    })
  }
  const { url } = parsed
  const schema = url.searchParams.get('schema') ?? usual
  url.searchParams.delete('schema')
  url.protocol = 'postgresql:'
  const secret = url.password || url.searchParams.get('password')
  const secretUrl = postgresUrlText(parsed)
  url.password = ''
  url.searchParams.delete('password')
  const endpoint: PostgresEndpoint = { kind: 'postgres', connection: postgresUrlText(parsed), schema }
  return secret ? { endpoint, secretUrl } : { endpoint }
}

/** The endpoint in words that may be shown anywhere. */
export function showEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'sqlite') return `sqlite:${endpoint.path}`
  if (endpoint.kind === 'files') return `${endpoint.format}:${endpoint.path}`
  if (endpoint.kind === 'staged') return showEndpoint(endpoint.of)
  if (isNowhere(endpoint)) return 'a new database'
  const suffix = endpoint.schema === 'public' || endpoint.schema === '*' ? '' : ` (schema ${endpoint.schema})`
  return `${endpoint.connection}${suffix}`
}

/** What kind it is, as people call it: `sqlite`, `postgres`, or the format of files. */
export function kindName(endpoint: Endpoint): string {
  if (endpoint.kind === 'staged') return kindName(endpoint.of)
  return endpoint.kind === 'files' ? endpoint.format : endpoint.kind
}

/** The machine that alone can reach an endpoint; undefined for a server. */
export const hostOf = (endpoint: Endpoint): string | undefined =>
  'host' in endpoint ? endpoint.host : undefined
