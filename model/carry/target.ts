/** What a target has already of what a run would carry there. */
import type { SequenceStand } from './objects.ts'

export interface CarryTarget {
  /** The server version as a number: 150018. */
  version: number
  schemas: ReadonlySet<string>
  /** Relations by `placeKey`. */
  relations: ReadonlyMap<string, RelationThere>
  /** Types and domains, by `placeKey`. */
  types: ReadonlySet<string>
  /** By `placeKey`, with the types of their arguments, as in `total(integer)`. */
  functions: ReadonlySet<string>
  sequences: ReadonlyMap<string, SequenceStand>
  extensions: ReadonlyMap<string, ExtensionThere>
}

export interface RelationThere {
  /** As the catalog has it: `r`, `p`, `v`, `m`, `i`, `S`, `f` … */
  kind: string
  hasRows: boolean
  /** Types by names of columns that rows can be written into. */
  columns: ReadonlyMap<string, string>
}

export interface ExtensionThere {
  installed: boolean
  /** The role may install it. */
  mayCreate: boolean
}

/** A new database of a recent release that has all extensions. */
export const BLANK: Omit<CarryTarget, 'extensions'> = {
  version: 999_999,
  schemas: new Set(['public']),
  relations: new Map(),
  types: new Set(),
  functions: new Set(),
  sequences: new Map(),
}
