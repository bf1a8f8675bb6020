/** The statements that may stand in a trigger, as SQLite takes them there (trigger_cmd of parse.y). */
import type { Assignment, ConflictAction, Delete, Insert, Statement, Update, Upsert } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expression.ts'
import { ordering } from './order.ts'
import { columnNames, isQuery, query } from './query.ts'
import { source } from './source.ts'

/** Reads one statement, without the semicolon behind it. */
export function statement(cursor: Cursor): Statement {
  if (isQuery(cursor)) return query(cursor)
  if (cursor.take('UPDATE')) return update(cursor)
  if (cursor.take('DELETE', 'FROM')) return remove(cursor)
  if (cursor.take('REPLACE')) return insert(cursor, 'REPLACE')
  if (cursor.take('INSERT')) return insert(cursor, conflictAction(cursor))
  return cursor.fail('a statement expected')
}

function conflictAction(cursor: Cursor): ConflictAction | undefined {
  if (!cursor.take('OR')) return undefined
  const action = cursor.takeOneOf('ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE')
  return action ?? cursor.fail('an action expected')
}

/** In a trigger an alias needs its AS. */
function alias(cursor: Cursor): { alias?: string } {
  return cursor.take('AS') ? { alias: cursor.name() } : {}
}

function insert(cursor: Cursor, or: ConflictAction | undefined): Insert {
  cursor.expect('INTO')
  const table = cursor.name()
  const named = alias(cursor)
  const columns = columnNames(cursor)
  if (!isQuery(cursor)) cursor.fail('SELECT or VALUES expected')
  const node: Insert = { kind: 'insert', table, ...named, columns, query: query(cursor), upserts: [] }
  if (or) node.or = or
  while (!isLastUpsert(node.upserts.at(-1)) && cursor.take('ON', 'CONFLICT'))
    node.upserts.push(upsert(cursor))
  return node
}

/** One that takes any conflict leaves nothing for another. */
const isLastUpsert = (clause: Upsert | undefined): boolean => clause?.target.length === 0

function upsert(cursor: Cursor): Upsert {
  const node: Upsert = { target: [] }
  if (cursor.isOperator('(')) {
    node.target = cursor.inParentheses(() => cursor.list(ordering))
    if (cursor.take('WHERE')) node.targetWhere = expression(cursor)
  }
  cursor.expect('DO')
  if (cursor.take('NOTHING')) return node
  cursor.expect('UPDATE', 'SET')
  node.set = cursor.list(assignment)
  if (cursor.take('WHERE')) node.where = expression(cursor)
  return node
}

function assignment(cursor: Cursor): Assignment {
  const columns = cursor.isOperator('(') ? columnNames(cursor) : [cursor.name()]
  if (!cursor.takeOperator('==')) cursor.expectOperator('=')
  return { columns, value: expression(cursor) }
}

function update(cursor: Cursor): Update {
  const or = conflictAction(cursor)
  const table = cursor.name()
  const named = alias(cursor)
  cursor.expect('SET')
  const node: Update = { kind: 'update', table, ...named, set: cursor.list(assignment) }
  if (or) node.or = or
  if (cursor.take('FROM')) node.from = source(cursor)
  if (cursor.take('WHERE')) node.where = expression(cursor)
  return node
}

function remove(cursor: Cursor): Delete {
  const node: Delete = { kind: 'delete', table: cursor.name(), ...alias(cursor) }
  if (cursor.take('WHERE')) node.where = expression(cursor)
  return node
}
