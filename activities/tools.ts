/** Programs beside longhaul that a way back may need: are they there, and new enough for the server? */
import { spawnSync } from 'node:child_process'
import type { Finding } from '../model/finding.ts'
import type { TargetDescription } from '../model/target.ts'

/** pg_dump refuses servers that are newer than itself; better to know before the night. */
export function toolFindings({ version, tables }: TargetDescription): Finding[] {
  if (!tables.some(t => t.hasRows)) return []
  const server = Math.floor(version / 10000)
  const { stdout, error } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' })
  if (error)
    return [finding(`is not on the PATH of the worker, so dumps of the target cannot be made here`, server)]
  const major = Number(/(\d+)(?:\.\d+)*/.exec(stdout)?.[1])
  return major >= server
    ? []
    : [finding(`is of version ${major} and cannot dump a server of version ${server}`, server)]
}

const finding = (message: string, server: number): Finding => ({
  code: 'pg-dump-unfit',
  severity: 'warning',
  object: 'program pg_dump',
  message,
  remedy: `Install the client programs of PostgreSQL ${server} or later`,
})
