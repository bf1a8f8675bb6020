/** A condition that an operator wrote, to narrow the rows of a run. */
import { placeOf, type RunTable } from './written.ts'

/**
 * Statements that all have to be read by the server without an error, each with a parameter (how many
 * rows to read: 0), since a session takes one statement alone then. In parentheses and in brackets: a text that closes the one and goes on behind
 * it, as `true) OR (true` does, breaks the other.
 */
export const conditionTrials = (table: RunTable, condition: string): string[] =>
  [`(${condition}\n)`, `(ARRAY[${condition}\n])[1]`].map(
    clause => `SELECT FROM ${placeOf(table)} AS t WHERE ${clause} LIMIT $1::bigint`,
  )
