/** How a database is called by the name of its file, or its own. */
import { parse } from 'node:path'
import type { Endpoint } from '../../model/endpoint.ts'
import { parsePostgresUrl } from '../../model/postgres-url.ts'

export function nameOfSource(source: Endpoint): string {
  if (source.kind === 'staged') return nameOfSource(source.of)
  if (source.kind !== 'postgres') return parse(source.path).name
  const parsed = parsePostgresUrl(source.connection)
  return parsed ? decodeURIComponent(parse(parsed.url.pathname).name) : source.connection
}
