/** INSERT in a trigger. */
import { quoteName } from '../sql-text.ts'
import type { Expression, Insert, Query, Select, Values } from '../sqlite-sql/ast.ts'
import { sameName } from '../sqlite-sql/names.ts'
import { assignable, writtenColumns } from './assign.ts'
import { translateConflict } from './conflict.ts'
import { translateWithin } from './query.ts'
import { type RelationRef, Untranslatable } from './scope.ts'
import { isSearchCommand, translateSearchCommand } from './search-command.ts'
import { type TriggerContext, writtenTable } from './trigger-context.ts'
import { targetOf } from './update.ts'

/** Throws `Untranslatable`. */
export function translateInsert(insert: Insert, trigger: TriggerContext): string[] {
  const relation = writtenTable(insert.table, trigger)
  if (isSearchCommand(insert, relation)) return translateSearchCommand(insert, relation, trigger)
  const { columns, query } = withoutNumber(namedColumns(insert, relation), insert.query, relation)
  const context = trigger.query.within()
  const target = targetOf(relation, insert, context)
  const wants = columns.map(({ type }) => assignable(type))
  const rows = translateWithin(query, context.within(), { wants })
  if (rows.columns.length !== columns.length)
    throw new Untranslatable('it inserts another number of values than columns')
  const names = columns.map(column => quoteName(column.target)).join(', ')
  const conflict = translateConflict(insert, relation, target, context)
  return [`${[`INSERT INTO ${target.sql} (${names})`, rows.sql, conflict].filter(Boolean).join(' ')};`]
}

type Column = RelationRef['columns'][number]

function namedColumns({ columns }: Insert, relation: RelationRef): Column[] {
  if (columns.length > 0) return writtenColumns(relation, columns)
  return relation.columns.filter(({ hidden, generated }) => !hidden && !generated)
}

/** NULL for the row number means the next one, which is the default of the column in the target. */
function withoutNumber(columns: Column[], query: Query, { rowid }: RelationRef) {
  const place = columns.findIndex(({ name }) => rowid !== undefined && sameName(name, rowid))
  const isDefault = place >= 0 && columns.length > 1 && query.bodies.every(body => isNullAt(body, place))
  if (!isDefault) return { columns, query }
  return {
    columns: columns.toSpliced(place, 1),
    query: { ...query, bodies: query.bodies.map(body => withoutColumn(body, place)) },
  }
}

function isNullAt(body: Select | Values, place: number): boolean {
  if (body.kind === 'values') return body.rows.every(row => row[place]?.kind === 'null')
  const column = body.columns[place]
  const before = body.columns.slice(0, place)
  return (
    column?.kind === 'expression' &&
    column.expression.kind === 'null' &&
    before.every(({ kind }) => kind === 'expression')
  )
}

function withoutColumn(body: Select | Values, place: number): Select | Values {
  if (body.kind === 'select') return { ...body, columns: body.columns.toSpliced(place, 1) }
  return { ...body, rows: body.rows.map((row: Expression[]) => row.toSpliced(place, 1)) }
}
