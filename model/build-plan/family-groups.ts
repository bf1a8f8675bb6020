/** Which columns foreign keys join. */
import type { Draft } from './draft.ts'
import { lookUp } from './names.ts'

/** Columns that are joined with each other, as `familyKey` names them, and which points to which. */
export interface Group {
  columns: string[]
  edges: [child: string, parent: string][]
}

export const familyKey = (table: string, column: string): string => JSON.stringify([table, column])

/** Sets of columns, each joined with the others by foreign keys, directly or by way of others, in the order of the schema. */
export function groupsOf(drafts: readonly Draft[]): Group[] {
  const groups = new Map<string, Group>()
  for (const [child, parent] of drafts.flatMap(draft => edgesOf(drafts, draft))) {
    const [first, second] = [child, parent].map(key => groups.get(key) ?? { columns: [key], edges: [] }) as [
      Group,
      Group,
    ]
    const both = first === second ? first : joined(first, second)
    both.edges.push([child, parent])
    for (const column of both.columns) groups.set(column, both)
  }
  return [...new Set(groups.values())]
}

const joined = (first: Group, second: Group): Group => ({
  columns: [...new Set([...first.columns, ...second.columns])],
  edges: [...first.edges, ...second.edges],
})

function edgesOf(drafts: readonly Draft[], { table }: Draft): [string, string][] {
  const tables = drafts.map(draft => draft.table)
  return table.foreignKeys.flatMap(key => {
    const parent = lookUp(tables, key.table)
    return key.columns.flatMap((name, i): [string, string][] => {
      const ours = lookUp(table.columns, name)
      const theirs = parent && lookUp(parent.columns, key.references[i] ?? '')
      return ours && theirs ? [[familyKey(table.name, ours.name), familyKey(parent.name, theirs.name)]] : []
    })
  })
}
