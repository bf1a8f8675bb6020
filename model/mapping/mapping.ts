/** A mapping: which rows and columns of a target come from where, by target table. */

export interface MappedTable {
  from: string
}

export type Mapping = Record<string, MappedTable>
