/** CREATE VIEW and CREATE TRIGGER (https://sqlite.org/lang_createtrigger.html). */
import type { CreateTrigger, CreateView, Statement } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expression.ts'
import { columnNames, query } from './query.ts'
import { statement } from './statement.ts'

/** Reads a CREATE VIEW. */
export function createView(cursor: Cursor): CreateView {
  const name = created(cursor, 'VIEW')
  const columns = columnNames(cursor)
  cursor.expect('AS')
  return { kind: 'view', name, columns, query: query(cursor) }
}

/** Reads a CREATE TRIGGER. */
export function createTrigger(cursor: Cursor): CreateTrigger {
  const name = created(cursor, 'TRIGGER')
  const timing = triggerTiming(cursor)
  const event = cursor.takeOneOf('INSERT', 'UPDATE', 'DELETE')
  if (!event) cursor.fail('INSERT, UPDATE or DELETE expected')
  const columns = event === 'UPDATE' && cursor.take('OF') ? cursor.list(() => cursor.name()) : []
  cursor.expect('ON')
  const table = qualifiedName(cursor)
  cursor.take('FOR', 'EACH', 'ROW')
  const when = cursor.take('WHEN') ? { when: expression(cursor) } : {}
  return { kind: 'trigger', name, timing, event, columns, table, ...when, body: triggerBody(cursor) }
}

/** Steps over the head; the name of a schema is left out, as only one is read. */
function created(cursor: Cursor, what: 'VIEW' | 'TRIGGER'): string {
  cursor.expect('CREATE')
  cursor.takeOneOf('TEMP', 'TEMPORARY')
  cursor.expect(what)
  cursor.take('IF', 'NOT', 'EXISTS')
  return qualifiedName(cursor)
}

function qualifiedName(cursor: Cursor): string {
  const name = cursor.name()
  return cursor.takeOperator('.') ? cursor.name() : name
}

function triggerTiming(cursor: Cursor): CreateTrigger['timing'] {
  if (cursor.take('INSTEAD', 'OF')) return 'INSTEAD OF'
  return cursor.takeOneOf('BEFORE', 'AFTER') ?? 'BEFORE'
}

function triggerBody(cursor: Cursor): Statement[] {
  const body: Statement[] = []
  cursor.expect('BEGIN')
  do {
    body.push(statement(cursor))
    cursor.expectOperator(';')
  } while (!cursor.is('END'))
  cursor.expect('END')
  return body
}
