/** Internet addresses from text, by the rules of PostgreSQL's `inet`. Throws `Unfit` for everything else. */
import { unfit } from './unfit.ts'

/** Reads `ADDRESS[/PREFIX]`; gives family (4 or 6), prefix length and the 4 or 16 bytes of the address. */
export function inetOf(text: string): { family: 4 | 6; prefix: number; bytes: Uint8Array } {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const family = address.includes(':') ? 6 : 4
  const bytes = family === 4 ? v4(address) : v6(address)
  return { family, bytes, prefix: slash < 0 ? bytes.length * 8 : prefixOf(text.slice(slash + 1), bytes) }
}

function prefixOf(text: string, bytes: Uint8Array): number {
  const prefix = /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN
  return prefix <= bytes.length * 8 ? prefix : unfit('has a prefix length that is none')
}

function v4(text: string): Uint8Array {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => OCTET.test(part))) unfit('is not an internet address')
  return Uint8Array.from(parts, Number)
}

const OCTET = /^(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/

function v6(text: string): Uint8Array {
  const gap = text.indexOf('::')
  const head = gap < 0 ? wordsOf(text) : wordsOf(text.slice(0, gap))
  const tail = gap < 0 ? [] : wordsOf(text.slice(gap + 2))
  const missing = 8 - head.length - tail.length
  if (gap < 0 ? missing !== 0 : missing < 1) unfit('is not an internet address')
  const bytes = new Uint8Array(16)
  const words = [...head, ...new Array<number>(missing).fill(0), ...tail]
  words.forEach((word, i) => {
    bytes[i * 2] = word >> 8
    bytes[i * 2 + 1] = word & 0xff
  })
  return bytes
}

/** Groups of 16 bits; the last two may be written as four decimal octets. */
function wordsOf(text: string): number[] {
  if (text === '') return []
  const groups = text.split(':')
  const words: number[] = []
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes('.')) {
      const [a, b, c, d] = v4(group) as unknown as [number, number, number, number]
      words.push((a << 8) | b, (c << 8) | d)
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) words.push(Number.parseInt(group, 16))
    else unfit('is not an internet address')
  }
  return words
}
