/** What only the text of CREATE INDEX tells: expressions and the condition of a partial index. */
import { Cursor } from './ddl-cursor.ts'

export interface IndexText {
  /** The parts as written, without direction and collation at their end. */
  parts: string[]
  where?: string
}

/** Reads a CREATE INDEX statement as `sqlite_schema` keeps it. */
export function readCreateIndex(sql: string): IndexText {
  const cursor = new Cursor(sql)
  while (!cursor.isOperator('(')) cursor.token.kind === 'end' ? cursor.fail() : cursor.next()
  const parts = splitParts(cursor.group())
  return cursor.take('WHERE') ? { parts, where: sql.slice(cursor.token.start).trim() } : { parts }
}

function splitParts(list: string): string[] {
  const cursor = new Cursor(list)
  const parts: string[] = []
  do parts.push(part(cursor))
  while (cursor.takeOperator(','))
  return parts
}

function part(cursor: Cursor): string {
  const start = cursor.token.start
  let end = start
  while (cursor.token.kind !== 'end' && !cursor.isOperator(',')) {
    if (cursor.take('ASC') || cursor.take('DESC')) continue
    // A collation inside of an expression belongs to it; only one at the end is the index's.
    if (cursor.take('COLLATE')) {
      cursor.name()
      if (endsPart(cursor)) continue
    } else if (cursor.isOperator('(')) cursor.group()
    else cursor.next()
    end = cursor.lastEnd
  }
  return cursor.text.slice(start, end)
}

const endsPart = (cursor: Cursor): boolean =>
  cursor.token.kind === 'end' || cursor.isOperator(',') || cursor.is('ASC') || cursor.is('DESC')
