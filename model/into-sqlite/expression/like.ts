/** LIKE: SQLite's own knows no case among the letters A to Z, its GLOB does. */
import { refuse, textOf, type Value } from './value.ts'

/** `x LIKE 'a%'` as `x GLOB 'a*'`. */
export function like(left: Value, pattern: Value): string {
  if (pattern.constant === undefined) return refuse('LIKE with a pattern that is no constant')
  if (left.holds !== 'text' && left.holds !== 'word') return refuse('LIKE over something else than a text')
  return `(${left.sql} GLOB ${textOf(globOf(pattern.constant))})`
}

/** A backslash takes the next character's meaning; in GLOB a character in brackets is itself. */
function globOf(pattern: string): string {
  let glob = ''
  let isTaken = false
  for (const character of pattern) {
    if (!isTaken && character === '\\') {
      isTaken = true
      continue
    }
    if (!isTaken && character === '%') glob += '*'
    else if (!isTaken && character === '_') glob += '?'
    else glob += '*?['.includes(character) ? `[${character}]` : character
    isTaken = false
  }
  return isTaken ? refuse('LIKE with a pattern that ends in a backslash') : glob
}
