/** Which keywords may be names, by the fallback list of SQLite's grammar (parse.y). */
import type { Token } from './tokens.ts'

const RESERVED = new Set(
  `ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE
  DISTINCT DROP ELSE ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING IN INDEX INSERT INTERSECT INTO IS ISNULL JOIN
  LIMIT NOT NOTHING NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION
  UNIQUE UPDATE USING VALUES WHEN WHERE`.split(/\s+/),
)

/** Names wherever the grammar asks for a name, except where the name may be missing. */
const HALF_RESERVED = new Set('CROSS FULL INDEXED INNER LEFT NATURAL OUTER RIGHT'.split(' '))

/** Whether a token is a name where a name must stand; a string is one there. */
export function isName(token: Token): boolean {
  if (token.kind === 'word') return !RESERVED.has(token.value.toUpperCase())
  return token.kind === 'quoted' || token.kind === 'string'
}

/** Whether a token is a name where one may stand or not: an alias without AS, a word of a type. */
export function isLooseName(token: Token): boolean {
  return isName(token) && !(token.kind === 'word' && HALF_RESERVED.has(token.value.toUpperCase()))
}
