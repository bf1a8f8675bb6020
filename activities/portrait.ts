/** What a dump has to bring back, seen in one database: rows and catalog of every table, and all objects beside them. */
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { catalogDifferences, catalogOf, sameLoosely, type TableCatalog } from '../stores/postgres/catalog.ts'
import { fingerprintTable, type Relation } from '../stores/postgres/fingerprint.ts'
import { dumpedTables, inventory } from '../stores/postgres/inventory.ts'

export interface Portrait {
  tables: (Relation & { shown: string; rows: number; digest: string; catalog: TableCatalog })[]
  objects: string[]
}

/** Without the relations of `but`. Rows of a partitioned table count in its parts. */
export async function portray(
  client: Client,
  but: readonly Relation[],
  signal: AbortSignal,
): Promise<Portrait> {
  const tables: Portrait['tables'] = []
  for (const { schema, name, shown, partitioned } of await dumpedTables(client, but)) {
    signal.throwIfAborted()
    Context.current().heartbeat(shown)
    const catalog = await catalogOf(client, { schema, name })
    const { rows, digest } = await fingerprintTable(client, { schema, name }, partitioned ? 'false' : 'true')
    tables.push({ schema, name, shown, rows, digest, catalog })
  }
  return { tables, objects: await inventory(client, but) }
}

/** In words, a line each; empty where the second is as the first. */
export function portraitDifferences(before: Portrait, after: Portrait): string[] {
  const found = new Map(after.tables.map(table => [table.shown, table]))
  const tables = before.tables.flatMap(table => {
    const other = found.get(table.shown)
    if (!other) return [`table ${table.shown} is missing`]
    return [
      ...(other.rows === table.rows
        ? []
        : [`table ${table.shown} has ${other.rows} rows in place of ${table.rows}`]),
      ...(other.digest === table.digest ? [] : [`rows of table ${table.shown} differ`]),
      ...catalogDifferences(table.catalog, other.catalog, { loose: true }).map(
        line => `table ${table.shown}: ${line}`,
      ),
    ]
  })
  const lacking = (lines: string[], others: string[]) =>
    lines.filter(line => !others.some(other => sameLoosely(line, other)))
  return [
    ...tables,
    ...lacking(before.objects, after.objects).map(line => `no longer ${line}`),
    ...lacking(after.objects, before.objects).map(line => `now ${line}`),
  ]
}
