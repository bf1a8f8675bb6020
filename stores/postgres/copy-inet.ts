/** PostgreSQL's `inet` in binary: family, prefix length, is it a cidr, number of bytes, bytes (`inet_send`). */

const IPV4 = 2

/** `ADDRESS/PREFIX`, the prefix left out where it covers the whole address; IPv6 shortened by RFC 5952. */
export function inetText(bytes: Buffer, at: number): string {
  const isV4 = bytes[at] === IPV4
  const prefix = bytes[at + 1]!
  const address = bytes.subarray(at + 4, at + 4 + bytes[at + 3]!)
  const suffix = prefix === (isV4 ? 32 : 128) ? '' : `/${prefix}`
  return (isV4 ? address.join('.') : v6(address)) + suffix
}

function v6(address: Buffer): string {
  const words = Array.from({ length: 8 }, (_, i) => address.readUInt16BE(i * 2))
  const isMapped = words[5] === 0xffff && words.slice(0, 5).every(word => word === 0)
  if (isMapped) return `::ffff:${address.subarray(12).join('.')}`
  const [start, length] = longestZeros(words)
  const hex = (part: number[]) => part.map(word => word.toString(16)).join(':')
  return length < 2 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`
}

/** The first of the longest runs of zeros: where it begins, and how many. */
function longestZeros(words: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0]
  for (let start = 0; start < words.length; start++) {
    let end = start
    while (words[end] === 0) end++
    if (end - start > best[1]) best = [start, end - start]
  }
  return best
}
