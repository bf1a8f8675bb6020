/** The two command-line tools that everybody has: `sqlite3 -csv` piped into `psql \copy`, one table after the other. */
import { afterwards } from '../script.ts'
import type { SourceTable } from '../sources.ts'
import type { Trial } from '../trial.ts'
import { missing } from './programs.ts'

export const PIPE: Trial = {
  name: 'pipe',
  title: 'sqlite3 -csv | psql \\copy, then indexes and keys',
  note: 'sqlite3 prints 15 digits of a float, so nearly every float arrives changed',
  source: 'documents',
  missing: () => missing('sqlite3', 'psql'),
  run: async ({ source, script, env, command }) => {
    const lines = source.tables.map(
      table =>
        `sqlite3 -csv "$SOURCE" ${quoted(selectFrom(table))} | psql -qX -c ${quoted(`\\copy public.${table.name} FROM STDIN CSV`)}`,
    )
    await command('psql', PSQL, { input: script.tables })
    await command('bash', ['-e', '-o', 'pipefail', '-c', lines.join('\n')], {
      env: { ...env, SOURCE: source.path },
    })
    await command('psql', PSQL, { input: afterwards(script) })
    return {}
  },
}

/** psql as a script's reader: quiet, and it stops at the first error. */
export const PSQL = ['-qX', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', '-']

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** Blobs in the hex form of bytea, everything else as it is. */
function selectFrom({ name, columns }: SourceTable): string {
  const cells = columns.map(column => (column.type === 'BLOB' ? `'\\x' || hex(${column.name})` : column.name))
  return `SELECT ${cells.join(', ')} FROM ${name}`
}
