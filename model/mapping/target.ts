/** The side that a mapping writes to, whatever kind of store it is. */
import { declaredType } from '../declared-type.ts'
import type { Schema } from '../schema.ts'
import type { TargetDescription } from '../target.ts'
import type { LogicalType } from '../types.ts'

export interface MappingTable {
  name: string
  columns: MappingColumn[]
  primaryKey?: string[]
  /** Primary key and unique keys. */
  keys: string[][]
  /** To tables of the same schema. */
  foreignKeys: { columns: string[]; table: string; references: string[] }[]
}

export interface MappingColumn {
  name: string
  /** Absent where longhaul has none for it. */
  type?: LogicalType
  notNull: boolean
  /** A row without it gets a value: by a default, or as a number of its own. */
  filled: boolean
  /** Nobody writes it. */
  generated: boolean
  /** Quoted and qualified, in PostgreSQL. */
  sequence?: string
  /** The only values that a CHECK lets in, or the labels of an enum, as far as they are known. */
  allowed?: string[]
}

/** Of a PostgreSQL target. */
export function tablesOfServer({ tables, schema }: TargetDescription): MappingTable[] {
  return tables.map(({ name, columns, primaryKey, uniques, foreignKeys }) => ({
    name,
    columns: columns.map(({ name, type, notNull, hasDefault, identity, generated, sequence }) => ({
      ...{ name, notNull, generated, filled: hasDefault || identity !== undefined },
      ...(type && { type }),
      ...(type?.kind === 'text' && type.labels && { allowed: type.labels }),
      ...(sequence !== undefined && { sequence }),
    })),
    ...(primaryKey && { primaryKey }),
    keys: [...(primaryKey ? [primaryKey] : []), ...uniques],
    foreignKeys: foreignKeys.flatMap(({ columns, references }) =>
      references.schema === schema.name
        ? [{ columns, table: references.table, references: references.columns }]
        : [],
    ),
  }))
}

/** Of a SQLite target. */
export function tablesOfFile({ tables }: Schema): MappingTable[] {
  return tables.map(({ name, columns, primaryKey, uniques, foreignKeys, checks }) => ({
    name,
    columns: columns.map(column => {
      const type = declaredType(column.declared)
      const isRowid = primaryKey?.rowid === true && primaryKey.columns[0] === column.name
      const allowed = checks.map(({ expression }) => listedValues(expression, column.name)).find(Boolean)
      return {
        name: column.name,
        ...(type && { type }),
        notNull: column.notNull || (primaryKey?.columns.includes(column.name) ?? false),
        filled: column.default !== undefined || isRowid,
        generated: column.generated !== undefined,
        ...(allowed && { allowed }),
      }
    }),
    ...(primaryKey && { primaryKey: primaryKey.columns }),
    keys: [...(primaryKey ? [primaryKey.columns] : []), ...uniques.map(({ columns }) => columns)],
    foreignKeys: foreignKeys.map(({ columns, table, references }) => ({ columns, table, references })),
  }))
}

/** The texts of `column IN ('a', 'b')` or `column = ANY (ARRAY['a'::text, …])`, where that is what a CHECK says. */
export function listedValues(expression: string, column: string): string[] | undefined {
  const text = expression.trim().replace(/^CHECK\s*/i, '')
  const list = /\bIN\s*\(([^()]*)\)|=\s*ANY\s*\(+\s*ARRAY\s*\[([^\]]*)\]/i.exec(text)
  if (!list || /\b(AND|NOT)\b/i.test(text.replace(/'(?:[^']|'')*'/g, ''))) return undefined
  const before = text
    .slice(0, list.index)
    .replace(/::[a-z ]+(\(\d+\))?/gi, '')
    .replace(/["()\s`[\]]/g, '')
  if (before.toLowerCase() !== column.toLowerCase()) return undefined
  // Anything besides lets in more, or less, than these.
  const inside = (list[1] ?? list[2]!).replace(/'(?:[^']|'')*'(?:::[a-z ]+(?:\(\d+\))?)?/gi, '')
  const behind = text.slice(list.index + list[0].length).replace(/::[a-z ]+(?:\(\d+\))?(?:\[\])?/gi, '')
  if (/[^\s,]/.test(inside) || /[^\s()]/.test(behind)) return undefined
  const values = [...(list[1] ?? list[2]!).matchAll(/'((?:[^']|'')*)'/g)].map(match =>
    match[1]!.replaceAll("''", "'"),
  )
  return values.length > 0 ? values : undefined
}

export const requires = ({ notNull, filled, generated }: MappingColumn): boolean =>
  notNull && !filled && !generated
