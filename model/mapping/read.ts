/** A mapping as the engine takes it, from one as it is written. */
import type {
  Lookup,
  LookupPlace,
  MappedColumn,
  MappedSource,
  MappedTable,
  Mapping,
  Origin,
  Steps,
} from './mapping.ts'
import type { WrittenEntry, WrittenLookup, WrittenMappedColumn, WrittenMapping } from './schema.ts'

const PASSWORD = { length: 16, hash: 'bcrypt', cost: 10 } as const

export function readMapping(written: WrittenMapping): Mapping {
  return Object.fromEntries(
    Object.entries(written).map(([table, entries]) => [
      table,
      (Array.isArray(entries) ? entries : [entries]).map(tableOf),
    ]),
  )
}

function tableOf({ from, columns, drop, dedupe, ...rest }: WrittenEntry): MappedTable {
  return {
    ...given(rest),
    from: sourceOf(from),
    ...(dedupe && { dedupe: given(dedupe) }),
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [
        name,
        typeof column === 'string' ? { from: column } : columnOf(column),
      ]),
    ),
    drop: drop ?? [],
  }
}

function sourceOf(from: WrittenEntry['from']): MappedSource {
  if (typeof from === 'string') return { tables: [from] }
  return Array.isArray(from) ? { tables: from } : from
}

function columnOf(written: WrittenMappedColumn): MappedColumn {
  const { trim, values, otherwise, date, zone, cast, mask, required } = written
  const { split, part, lookup, hash } = written
  const steps: Steps = {
    ...(split !== undefined && { split: { by: split, part: part! } }),
    ...given({ trim, values, otherwise, date, zone, cast, mask, required }),
    ...(lookup && { lookups: (Array.isArray(lookup) ? lookup : [lookup]).map(lookupOf) }),
    ...(written.default !== undefined && { default: written.default }),
    ...(hash !== undefined && { hash: hashOf(hash) }),
  }
  return { ...originOf(written), ...steps }
}

function originOf(written: WrittenMappedColumn): Origin {
  if (written.concat) return { concat: written.concat, separator: written.separator ?? '' }
  if (written.expression !== undefined) return { expression: written.expression }
  if (written.constant !== undefined) return { constant: written.constant }
  if (written.generate) return { generate: true }
  if (written.password) return { password: { ...PASSWORD, ...given(written.password) } }
  if (written.of !== undefined) return { of: { table: written.of, column: written.column! } }
  return { from: written.from! }
}

function hashOf(hash: NonNullable<WrittenMappedColumn['hash']>): NonNullable<Steps['hash']> {
  if (hash === 'sha256') return { algorithm: hash }
  const { env, file } = hash.salt ?? {}
  const salt = env !== undefined ? { env } : file !== undefined ? { file } : undefined
  return { algorithm: hash.algorithm, ...(salt && { salt }) }
}

function lookupOf({ in: place, ...rest }: WrittenLookup): Lookup {
  return { ...given(rest), in: placeOf(place) }
}

function placeOf(place: WrittenLookup['in']): LookupPlace {
  if (typeof place === 'string') return { target: place }
  const keys = Object.keys(place)
  const [key] = keys
  const only = keys.length === 1 && typeof place[key as keyof typeof place] === 'string'
  if (only && (key === 'source' || key === 'file')) return place as LookupPlace
  return { values: place as Record<string, never> }
}

/** Without keys that are undefined: JSON loses them. */
function given<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
