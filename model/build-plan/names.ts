/**
 * Names as PostgreSQL can hold them: kept exactly where it can, else shortened or made unique with a suffix
 * that depends on the name alone, so that the same source gives the same names in every plan.
 */

import { sha256 } from '../sha256.ts'
import { sameName } from '../sqlite-sql/names.ts'

/** NAMEDATALEN - 1: PostgreSQL cuts what is longer, in silence. */
export const MAX_NAME_BYTES = 63

/** Names of columns that every table has already. */
export const SYSTEM_COLUMNS = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']

const SUFFIX_BYTES = 9
const encoder = new TextEncoder()

export function nameFits(name: string): boolean {
  return name !== '' && encoder.encode(name).length <= MAX_NAME_BYTES
}

/** Gives each wanted name a free one and adds it to `taken`; names that fit as they are go first. */
export function assignNames(wanted: readonly string[], taken: Set<string>): string[] {
  const given = new Map<number, string>()
  for (const [i, name] of wanted.entries()) {
    if (!nameFits(name) || taken.has(name)) continue
    taken.add(name)
    given.set(i, name)
  }
  return wanted.map((name, i) => given.get(i) ?? suffixed(name, taken))
}

function suffixed(name: string, taken: Set<string>): string {
  for (let round = 0; ; round++) {
    const hash = sha256(round === 0 ? name : `${round}:${name}`).slice(0, SUFFIX_BYTES - 1)
    const candidate = `${cut(name || 'unnamed', MAX_NAME_BYTES - SUFFIX_BYTES)}_${hash}`
    if (taken.has(candidate)) continue
    taken.add(candidate)
    return candidate
  }
}

/** The longest beginning of whole characters within so many bytes. */
function cut(name: string, bytes: number): string {
  let room = bytes
  let kept = ''
  for (const character of name) {
    room -= encoder.encode(character).length
    if (room < 0) break
    kept += character
  }
  return kept
}

/** Looks a name up as SQLite does: exactly, else without regard to case where only one is meant. */
export function lookUp<T extends { name: string }>(things: readonly T[], name: string): T | undefined {
  const exact = things.find(thing => thing.name === name)
  if (exact) return exact
  const similar = things.filter(thing => sameName(thing.name, name))
  return similar.length === 1 ? similar[0] : undefined
}
