/** Which tables a request means: those that it names, and what these cannot be without. */
import { selectTables } from '../build-plan/selection.ts'
import type { CarryRequest } from '../plan-request.ts'
import type { PostgresSchema, PostgresTable } from '../postgres-schema.ts'

export interface Chosen {
  /** Partitions of those that were named are among them. */
  tables: PostgresTable[]
  /** With those that they are parts of, or inherit from. */
  family: ReadonlySet<PostgresTable>
  /** Only named tables are wanted, and no other object for its own sake. */
  narrowed: boolean
}

export function chooseTables(origin: PostgresSchema, request: CarryRequest): Chosen {
  const named = new Set(selectTables(origin, request).chosen)
  const all = new Set(selectTables(origin, withoutList(request)).chosen)
  const byName = new Map(origin.tables.map(table => [table.name, table]))
  const isNamed = (table: PostgresTable | undefined): boolean =>
    table !== undefined &&
    (named.has(table) || (table.partitionOf !== undefined && isNamed(byName.get(table.partitionOf))))
  const tables = origin.tables.filter(table => all.has(table) && isNamed(table))
  return {
    ...{ tables, family: withParents(tables, byName) },
    narrowed: request.tables !== undefined || request.file?.include !== undefined,
  }
}

/** All but what is excluded by name. */
function withoutList({ tables: _tables, file, ...request }: CarryRequest): CarryRequest {
  if (!file) return request
  const { include: _include, ...rest } = file
  return { ...request, file: rest }
}

function withParents(
  tables: readonly PostgresTable[],
  byName: ReadonlyMap<string, PostgresTable>,
): Set<PostgresTable> {
  const family = new Set(tables)
  for (const { partitionOf, inherits } of family)
    for (const name of [...(partitionOf === undefined ? [] : [partitionOf]), ...inherits]) {
      const parent = byName.get(name)
      if (parent) family.add(parent)
    }
  return family
}
