/** Internet addresses as PostgreSQL's `inet` prints them back, but for shortened zeros and case. */

const OCTET = /^(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/
const WORD = /^[0-9a-f]{1,4}$/i
const LENGTH = /^(0|[1-9]\d{0,2})$/
/** Eight groups of four, a dotted tail, a slash and three digits. */
const LONGEST = 49

/** IPv4 or IPv6, with the length of a network mask unless it is the whole address; no zones. */
export function isInet(text: string): boolean {
  if (text.length < 2 || text.length > LONGEST) return false
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const bits = address.includes(':') ? (isIpv6(address) ? 128 : -1) : isIpv4(address) ? 32 : -1
  if (slash < 0 || bits < 0) return bits > 0
  const mask = text.slice(slash + 1)
  return LENGTH.test(mask) && Number(mask) < bits
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every(part => OCTET.test(part))
}

function isIpv6(text: string): boolean {
  const words = wordsOf(text)
  return words !== undefined && text.includes('.') === printsDotted(words)
}

/** Eight words; undefined where the text is no address. */
function wordsOf(text: string): number[] | undefined {
  const gap = text.indexOf('::')
  const head = groups(gap < 0 ? text : text.slice(0, gap), gap < 0)
  const tail = gap < 0 ? [] : groups(text.slice(gap + 2), true)
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined
  return [...head, ...new Array<number>(missing).fill(0), ...tail]
}

/** Groups of 16 bits; the last two of an address may be four decimal octets. */
function groups(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return []
  const words: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (atEnd && i === parts.length - 1 && isIpv4(part)) {
      const [a, b, c, d] = part.split('.').map(Number) as [number, number, number, number]
      words.push(a * 256 + b, c * 256 + d)
    } else if (WORD.test(part)) words.push(Number.parseInt(part, 16))
    else return undefined
  }
  return words
}

/** Whether PostgreSQL prints the end as four octets (`inet_net_ntop.c`): `::1.2.3.4` and `::ffff:1.2.3.4`. */
function printsDotted(words: readonly number[]): boolean {
  const zeros = words.findIndex(word => word !== 0)
  return zeros === 6 || (zeros === 5 && words[5] === 0xffff)
}
