/** Names and texts in statements for a session: a NUL would cut those short. */
import { Failure } from '../../model/failure.ts'
import { quoteName, quoteText } from '../../model/sql-text.ts'

/**
 * A name as PostgreSQL reads it back exactly: always quoted, `"` doubled. A NUL cannot be part of a name
 * and fails with `internal`: planners refuse such names before.
 */
export function ident(name: string): string {
  refuseNul(name)
  return quoteName(name)
}

/** `"schema"."name"`. */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`
}

/** Names in quotes, with commas between. */
export function idents(names: readonly string[]): string {
  return names.map(ident).join(', ')
}

/** A text constant, likewise. */
export function literal(text: string): string {
  refuseNul(text)
  return quoteText(text)
}

function refuseNul(text: string): void {
  if (text.includes('\0')) {
    throw new Failure({ code: 'internal', message: 'a NUL character got into an SQL name or text' })
  }
}
