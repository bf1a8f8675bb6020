/** Tables that the run made and somebody has altered since: what they added goes with the table. */
import type { ObjectRow } from '../ledger/reader.ts'
import { showName } from '../model/name-text.ts'
import { isLoadedInto, type TablePlan } from '../model/plan.ts'
import type { Subject } from './rollback-subject.ts'

interface Parts {
  schema: string
  name: string
  columns: string[]
  /** Indexes that no constraint made, triggers of users, and checks and foreign keys. */
  indexes: string[]
  triggers: string[]
  constraints: string[]
}

/** In words, a line each. */
export async function alterationsOf({ client, tables, objects, scope }: Subject): Promise<string[]> {
  const made = tables.filter(table => !isLoadedInto(table))
  if (scope.kind !== 'all' || made.length === 0) return []
  const { rows } = await client.query<Parts>(PARTS, [
    made.map(({ target }) => target.schema),
    made.map(({ target }) => target.name),
  ])
  return rows.flatMap(parts => {
    const table = made.find(({ target }) => target.schema === parts.schema && target.name === parts.name)!
    return altered(table, parts, objects)
  })
}

function altered(table: TablePlan, parts: Parts, objects: readonly ObjectRow[]): string[] {
  if (!objects.some(o => o.kind === 'table' && o.table === table.name && o.done)) return []
  const columns = new Set(table.columns.map(({ target }) => target))
  const ours = new Set(
    [...objects.filter(o => o.table === table.name || o.table === table.target.name), ...table.checks].map(
      ({ name }) => name,
    ),
  )
  const more = (kind: string, names: string[], known: ReadonlySet<string>) =>
    names.filter(name => !known.has(name)).map(name => `${kind} ${showName(name)}`)
  const added = [
    ...more('column', parts.columns, columns),
    ...more('index', parts.indexes, ours),
    ...more('trigger', parts.triggers, ours),
    ...more('constraint', parts.constraints, ours),
  ]
  const gone = [...columns].filter(name => !parts.columns.includes(name)).map(showName)
  const place = `table ${showName(`${table.target.schema}.${table.target.name}`)} was altered since`
  return [
    ...(added.length > 0 ? [`${place}: ${added.join(', ')} would go with it`] : []),
    ...(gone.length > 0 ? [`${place}: it has no column ${gone.join(', ')} any more`] : []),
  ]
}

const PARTS = `
  SELECT n.nspname::text AS schema, c.relname::text AS name,
         ARRAY(SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
         ARRAY(SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                WHERE x.indrelid = c.oid AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.conrelid = c.oid)
                ORDER BY 1) AS indexes,
         ARRAY(SELECT t.tgname::text FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal ORDER BY 1) AS triggers,
         ARRAY(SELECT k.conname::text FROM pg_constraint k
                WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f') ORDER BY 1) AS constraints
    FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS t(schema, name)
    JOIN pg_namespace n ON n.nspname = t.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name`
