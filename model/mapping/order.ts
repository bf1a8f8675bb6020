/** Which tables of a mapping have to be there before others. */
import { lookUp } from '../build-plan/names.ts'
import type { MappedTable, Mapping } from './mapping.ts'
import type { MappingTable } from './target.ts'

/**
 * Tables in the order in which they have to be mapped, each after those that it reads, and as far as that goes after those that its
 * foreign keys point to.
 */
export function mappingOrder(
  mapping: Mapping,
  targets: readonly MappingTable[] = [],
): { order: string[]; cycles: string[] } {
  const order: string[] = []
  const cycles: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (table: string): void => {
    state.set(table, 'open')
    for (const other of neededBy(mapping, table)) {
      if (state.get(other) === 'open' && !cycles.includes(other)) cycles.push(other)
      if (!state.has(other)) visit(other)
    }
    for (const { table: other } of lookUp(targets, table)?.foreignKeys ?? [])
      if (Object.hasOwn(mapping, other) && !state.has(other)) visit(other)
    state.set(table, 'done')
    order.push(table)
  }
  for (const table of Object.keys(mapping)) if (!state.has(table)) visit(table)
  return { order, cycles }
}

function neededBy(mapping: Mapping, table: string): string[] {
  return mapping[table]!.flatMap(entry => [
    ...(parentOf(mapping, entry) ? [entry.with!] : []),
    ...Object.values(entry.columns)
      .flatMap(({ lookups = [] }) => lookups)
      .flatMap(({ in: place }) =>
        'target' in place && Object.hasOwn(mapping, place.target) ? [place.target] : [],
      ),
  ])
}

/** The entry whose rows those of this one go with, and its place in the mapping. */
export function parentOf(mapping: Mapping, entry: MappedTable): { table: string; at: number } | undefined {
  const entries =
    entry.with !== undefined && Object.hasOwn(mapping, entry.with) ? mapping[entry.with] : undefined
  const from = JSON.stringify(entry.from)
  const at =
    entries?.findIndex(
      other => other !== entry && other.each === undefined && JSON.stringify(other.from) === from,
    ) ?? -1
  return at < 0 ? undefined : { table: entry.with!, at }
}
