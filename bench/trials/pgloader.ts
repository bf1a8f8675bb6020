/** pgloader, with a batch so small that it survives. It makes indexes and keys itself, several at once. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { only, type Script } from '../script.ts'
import type { Stage, Trial } from '../trial.ts'
import { PSQL } from './pipe.ts'
import { missing } from './programs.ts'

export const PGLOADER: Trial = {
  name: 'pgloader',
  title: 'pgloader, tuned so that it survives',
  note:
    'finds the same tables with their indexes and keys, takes those away, loads, and makes them again in its own way; ' +
    '`prefetch rows = 10000`, as with its default it runs out of memory',
  source: 'documents',
  missing: () => missing('pgloader', 'psql'),
  run: async stage => {
    const { script, command, folder } = stage
    await command('psql', PSQL, { input: ready(script) })
    const file = join(folder, 'pgloader.load')
    writeFileSync(file, instructions(stage), { mode: 0o600 })
    const said = await command('pgloader', ['--no-ssl-cert-verification', file])
    const errors = /ERROR.*|FATAL.*/.exec(said)
    if (errors) throw new Error(`pgloader: ${errors[0]}`)
    await command('psql', PSQL, {
      input: only(script, 'statistics')
        .after.map(({ sql }) => sql)
        .join('\n'),
    })
    return {}
  },
}

const ready = (script: Script) =>
  [
    script.tables,
    ...only(script, 'primary key', 'unique', 'index', 'foreign key').after.map(({ sql }) => sql),
  ].join('\n')

/** The password comes by PGPASSWORD. */
const instructions = ({ source, server, database }: Stage) => `
  LOAD DATABASE FROM sqlite://${source.path} INTO ${server.url(database)}
    WITH create no tables, drop indexes, create indexes, foreign keys, reset sequences,
         workers = 2, concurrency = 1, batch rows = 10000, prefetch rows = 10000
    SET maintenance_work_mem TO '256MB', search_path TO 'public';`
