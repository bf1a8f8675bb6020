/** ogr2ogr of GDAL: one table after the other by COPY, then indexes and keys by psql. */
import { afterwards } from '../script.ts'
import type { Trial } from '../trial.ts'
import { PSQL } from './pipe.ts'
import { missing } from './programs.ts'

export const OGR2OGR: Trial = {
  name: 'ogr2ogr',
  title: 'ogr2ogr by COPY, then indexes and keys',
  note: 'cuts microseconds and the last digits of floats, so rows of every table arrive changed',
  source: 'documents',
  missing: () => missing('ogr2ogr', 'psql'),
  run: async ({ source, script, command, env }) => {
    await command('psql', PSQL, { input: script.tables })
    const words = [
      '-f',
      'PostgreSQL',
      `PG:dbname=${env.PGDATABASE}`,
      source.path,
      '-append',
      '-gt',
      'unlimited',
    ]
    for (const { name, columns } of source.tables) {
      const select = `SELECT ${columns.map(column => column.name).join(', ')} FROM ${name}`
      await command('ogr2ogr', ['--config', 'PG_USE_COPY', 'YES', ...words, '-sql', select, '-nln', name])
    }
    await command('psql', PSQL, { input: afterwards(script) })
    return {}
  },
}
