/** Tables in an order in which the target's foreign keys find their parents. */
import type { Client } from 'pg'
import type { TablePlan } from '../../model/plan.ts'

/** In a cycle the order stays as it was. */
export async function parentsFirst(client: Client, tables: readonly TablePlan[]): Promise<TablePlan[]> {
  const parents = await parentsOf(client)
  const waiting = new Map(tables.map(table => [placeOf(table), table]))
  const ordered: TablePlan[] = []
  while (waiting.size > 0) {
    const ready = [...waiting.keys()].filter(
      place => !(parents.get(place) ?? []).some(parent => parent !== place && waiting.has(parent)),
    )
    for (const place of ready.length > 0 ? ready : [...waiting.keys()].slice(0, 1)) {
      ordered.push(waiting.get(place)!)
      waiting.delete(place)
    }
  }
  return ordered
}

const placeOf = ({ target }: TablePlan) => JSON.stringify([target.schema, target.name])

async function parentsOf(client: Client): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ child: [string, string]; parent: [string, string] }>(
    `SELECT ARRAY[cn.nspname, c.relname]::text[] AS child, ARRAY[pn.nspname, p.relname]::text[] AS parent
       FROM pg_catalog.pg_constraint AS k
       JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
       JOIN pg_catalog.pg_namespace AS cn ON cn.oid = c.relnamespace
       JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid
       JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
      WHERE k.contype = 'f'`,
  )
  const parents = new Map<string, string[]>()
  for (const { child, parent } of rows) {
    const key = JSON.stringify(child)
    parents.set(key, [...(parents.get(key) ?? []), JSON.stringify(parent)])
  }
  return parents
}
