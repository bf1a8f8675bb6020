/** The target before and after a run, put side by side. */
import type { Baseline, Standing, StandingIndex, StandingTable } from './document.ts'

export interface Comparison {
  databaseBytes: { before?: number; after?: number }
  /** By their place in the target. */
  tables: ComparedTable[]
}

export interface ComparedTable {
  /** `schema.name`. */
  place: string
  before?: StandingTable
  after?: StandingTable
  indexes: { what: 'new' | 'as before' | 'gone'; index: StandingIndex }[]
}

/** Undefined where nobody looked. */
export function compareStandings(baseline: Baseline | undefined): Comparison | undefined {
  const { before, after } = baseline ?? {}
  if (!before && !after) return undefined
  const [old, now] = [byPlace(before), byPlace(after)]
  const places = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => a.localeCompare(b, 'en'))
  return {
    databaseBytes: {
      ...(before && { before: before.databaseBytes }),
      ...(after && { after: after.databaseBytes }),
    },
    tables: places.map(place => compared(place, old.get(place), now.get(place))),
  }
}

const byPlace = (standing: Standing | undefined) =>
  new Map((standing?.tables ?? []).map(table => [`${table.schema}.${table.name}`, table]))

function compared(place: string, before?: StandingTable, after?: StandingTable): ComparedTable {
  const [old, now] = [before?.indexes ?? [], after?.indexes ?? []]
  const has = (list: readonly StandingIndex[], index: StandingIndex) =>
    list.some(other => definition(other) === definition(index))
  return {
    place,
    ...(before && { before }),
    ...(after && { after }),
    indexes: [
      ...now.map(index => ({ what: has(old, index) ? ('as before' as const) : ('new' as const), index })),
      ...old.filter(index => !has(now, index)).map(index => ({ what: 'gone' as const, index })),
    ],
  }
}

const definition = ({ name, method, keys, where, unique }: StandingIndex) =>
  JSON.stringify([name, method, keys, where, unique])
