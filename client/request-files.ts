/** Files in a request: how they are read and written, those between two databases, the server for archives. */
import {
  type Endpoint,
  type FilesEndpoint,
  type Here,
  type ParsedUrl,
  type PostgresEndpoint,
  parseEndpoint,
} from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { FileFormat, FileOptions } from '../model/files/options.ts'

/** A server, by its connection. */
export function scratchOf(text: string, here: Here): ParsedUrl<PostgresEndpoint> {
  const { endpoint, ...secret } = parseEndpoint(text, here)
  if (endpoint.kind === 'postgres') return { endpoint, ...secret }
  throw new Failure({
    code: 'usage',
    object: '--scratch',
    message: 'archives are restored into PostgreSQL',
    remedy: 'Write postgresql://USER@HOST/DATABASE or the name of a connection',
  })
}

/** How files are read and written goes with them. */
export function withFileOptions<E extends Endpoint>(endpoint: E, options: FileOptions): E {
  if (endpoint.kind === 'files') return { ...endpoint, options }
  return endpoint.kind === 'staged' ? { ...endpoint, of: withFileOptions(endpoint.of, options) } : endpoint
}

/** Formats that hold tables and are read again. */
const BETWEEN: ReadonlySet<FileFormat> = new Set(['csv', 'json', 'jsonl', 'xlsx'])

/** The folder of files between source and target. Fails with `usage`. */
export function viaOf(text: string, options: FileOptions, here: Here): FilesEndpoint {
  const { endpoint } = parseEndpoint(text, here)
  if (endpoint.kind === 'files' && BETWEEN.has(endpoint.format))
    return { ...endpoint, options: { ...options, dated: true } }
  throw new Failure({
    code: 'usage',
    object: '--via',
    message: 'the way goes over a folder of files',
    remedy: 'Write xlsx:FOLDER/, csv:FOLDER/, json:FOLDER/ or jsonl:FOLDER/',
  })
}

export const notBetween = () =>
  new Failure({
    code: 'usage',
    object: '--via',
    message: 'files lie between two databases, without a mapping',
    remedy:
      'Write a database as --from and as --to; or "longhaul export", then "longhaul import --plan FILE"',
  })

export const noArchive = () =>
  new Failure({
    code: 'usage',
    object: '--to',
    message: 'archives of pg_dump are read and not written',
    remedy: 'Write sql:FILE with --dialect postgres, or use pg_dump',
  })
