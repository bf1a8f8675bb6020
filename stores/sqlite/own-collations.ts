/** Collations that only an application has (as Anki's `unicase`), in the texts of a schema. */

import { sameName } from '../../model/sqlite-sql/names.ts'
import { type Token, tokenize } from '../../model/sqlite-sql/tokens.ts'

/** What every SQLite has (sqlite.org/datatype3.html, 7.1). */
const BUILT_IN = ['BINARY', 'NOCASE', 'RTRIM']

export const isOwn = (collation: string): boolean => !BUILT_IN.some(name => sameName(name, collation))

/** The names of such collations in a CREATE TABLE or CREATE INDEX, as often as they are there. */
export function ownCollationsIn(sql: string): string[] {
  return namesIn(sql).map(({ value }) => value)
}

/** The same text with BINARY in their place. */
export function withBinary(sql: string): string {
  let changed = ''
  let from = 0
  for (const { start, end } of namesIn(sql)) {
    // In quotes, as it may follow its keyword without a blank.
    changed += `${sql.slice(from, start)}"BINARY"`
    from = end
  }
  return changed + sql.slice(from)
}

/** COLLATE is a reserved word: bare it is nothing else, and a name follows. */
function namesIn(sql: string): Token[] {
  if (!/collate/i.test(sql)) return []
  const tokens = tokenize(sql)
  return tokens.filter(({ value }, i) => {
    const before = tokens[i - 1]
    return before?.kind === 'word' && sameName(before.value, 'COLLATE') && isOwn(value)
  })
}
