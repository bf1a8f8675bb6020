/** Values for columns: what SET and the columns of an INSERT have in common. */
import { quoteName } from '../sql-text.ts'
import type { Assignment } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { translateValue } from './expression.ts'
import { translateWithin } from './query.ts'
import type { QueryContext } from './query-context.ts'
import { type RelationRef, type Scope, Untranslatable } from './scope.ts'
import { relationColumn } from './trigger-row.ts'

type Column = RelationRef['columns'][number]

/** The columns of a table that a statement writes. Throws `Untranslatable`. */
export function writtenColumns(relation: RelationRef, names: readonly string[]): Column[] {
  const columns = names.map(name => {
    const column = relationColumn(relation, name)
    if (!column) throw new Untranslatable('it writes a column that the target has not')
    if (column.generated) throw new Untranslatable('it writes a generated column')
    return column
  })
  if (new Set(columns).size < columns.length) throw new Untranslatable('it writes a column twice')
  return columns
}

/** The type that a value must have: PostgreSQL itself refuses what is too long for the column, and says so. */
export function assignable(type: LogicalType): LogicalType {
  if (type.kind === 'text') return { kind: 'text' }
  return type.kind === 'integer' ? { kind: 'integer', bits: 64 } : type
}

/** What stands behind SET. `scope` is that of the values, `context` that of queries among them. */
export function translateSet(
  set: readonly Assignment[],
  relation: RelationRef,
  scope: Scope,
  context: QueryContext,
): string {
  writtenColumns(
    relation,
    set.flatMap(({ columns }) => columns),
  )
  return set.flatMap(assignment => translateAssignment(assignment, relation, scope, context)).join(', ')
}

function translateAssignment(
  { columns: names, value }: Assignment,
  relation: RelationRef,
  scope: Scope,
  context: QueryContext,
): string[] {
  const columns = writtenColumns(relation, names)
  const types = columns.map(({ type }) => assignable(type))
  const targets = columns.map(({ target }) => quoteName(target))
  if (value.kind === 'subquery' && columns.length > 1) {
    const query = translateWithin(value.query, context.within({ outer: scope }), { wants: types })
    if (query.columns.length !== columns.length)
      throw new Untranslatable('it assigns a query to another number of columns')
    return [`(${targets.join(', ')}) = (SELECT * FROM (${query.sql}) AS first_row LIMIT 1)`]
  }
  const values = value.kind === 'row' ? value.items : [value]
  if (values.length !== columns.length)
    throw new Untranslatable('it assigns values to another number of columns')
  return values.map((item, i) => `${targets[i]} = ${translateValue(item, scope, types[i]).sql}`)
}
