/** Reads SQLite's SQL into the tree of `ast.ts`. */
import type { CreateTrigger, CreateView, Expression, Query } from './ast.ts'
import { createTrigger, createView } from './create.ts'
import { Cursor } from './cursor.ts'
import { expression } from './expression.ts'
import { HIGHEST, isLowEnough } from './height.ts'
import { query } from './query.ts'
import { SqlSyntaxError } from './syntax-error.ts'

export { SqlSyntaxError } from './syntax-error.ts'

/** Reads an expression: of a CHECK, a default, an index, a generated column. Throws `SqlSyntaxError`. */
export function parseExpression(sql: string): Expression {
  return whole(sql, expression)
}

/** Reads a SELECT or VALUES, with its WITH. Throws `SqlSyntaxError`. */
export function parseQuery(sql: string): Query {
  return whole(sql, query)
}

/** Reads a CREATE VIEW as `sqlite_schema` keeps it. Throws `SqlSyntaxError`. */
export function parseCreateView(sql: string): CreateView {
  return whole(sql, createView)
}

/** Reads a CREATE TRIGGER as `sqlite_schema` keeps it. Throws `SqlSyntaxError`. */
export function parseCreateTrigger(sql: string): CreateTrigger {
  return whole(sql, createTrigger)
}

function whole<T extends object>(sql: string, parse: (cursor: Cursor) => T): T {
  const cursor = new Cursor(sql)
  const tree = parse(cursor)
  cursor.takeOperator(';')
  if (cursor.token.kind !== 'end') cursor.fail('nothing more expected')
  if (!isLowEnough(tree)) throw new SqlSyntaxError(`more than ${HIGHEST} operators one within the other`, 0)
  return tree
}
