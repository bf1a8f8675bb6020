/** The statements that all trials execute in the target: what `longhaul plan --sql` says, in parts. */

export type StatementKind =
  | 'primary key'
  | 'unique'
  | 'index'
  | 'sequence'
  | 'statistics'
  | 'foreign key'
  | 'autovacuum'

export interface Statement {
  kind: StatementKind
  /** The table it is on, as the source calls it. */
  table: string
  /** The table that a foreign key refers to. */
  references?: string
  sql: string
}

export interface Script {
  /** Makes the bare tables. */
  tables: string
  /** What follows when the rows are in, in longhaul's order. */
  after: Statement[]
}

const KINDS: readonly string[] = [
  'primary key',
  'unique',
  'index',
  'sequence',
  'statistics',
  'foreign key',
  'autovacuum',
]

/** @param sql what `longhaul plan --sql` prints for a source whose names need no quotes */
export function parseScript(sql: string): Script {
  const blocks = sql.split(/^(?=-- )/m).map(block => {
    const end = block.indexOf('\n')
    return { heading: block.slice(3, end), sql: block.slice(end + 1).trim() }
  })
  const rows = blocks.findIndex(({ heading }) => heading.startsWith('rows: '))
  if (rows === -1) throw new Error('the plan copies no rows')
  const tables = blocks.slice(0, rows).map(block => block.sql)
  const after = blocks.slice(rows).filter(({ heading }) => !heading.startsWith('rows: '))
  return { tables: tables.filter(Boolean).join('\n'), after: after.map(statement) }
}

function statement({ heading, sql }: { heading: string; sql: string }): Statement {
  const [, kind = '', table = ''] = /^(.+?) \S+ of (\S+)$/.exec(heading) ?? []
  if (!KINDS.includes(kind)) throw new Error(`the trials know no "${heading}"`)
  const references = /REFERENCES "public"\."(\w+)"/.exec(sql)?.[1]
  return {
    kind: kind as StatementKind,
    table,
    ...(references && { references }),
    sql: sql.replace('RESET search_path;', '').trim(),
  }
}

/** What psql executes when the rows are in: one statement after the other, as people do it. */
export const afterwards = ({ after }: Script): string =>
  ['SET search_path = pg_catalog;', ...after.map(({ sql }) => sql)].join('\n')

/** The same without what a tool does itself. */
export const only = (script: Script, ...kinds: StatementKind[]): Script => ({
  ...script,
  after: script.after.filter(({ kind }) => kinds.includes(kind)),
})
