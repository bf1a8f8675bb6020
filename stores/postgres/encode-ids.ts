/** UUIDs and network addresses. */
import { isIPv4, isIPv6 } from 'node:net'
import type { Encode, Refuse } from './encode.ts'

const HEX = /^[0-9a-f]{32}$/i
const HYPHENATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Hyphenated, 32 hex digits, or 16 bytes. */
export function uuid(refuse: Refuse): Encode {
  return (cell, writer) => {
    if (cell instanceof Uint8Array) {
      if (cell.length !== 16) refuse('it is not 16 bytes long')
      writer.int32(16)
      writer.room(16).set(cell, writer.at)
    } else {
      if (typeof cell !== 'string') return refuse('it is no UUID')
      const digits = HYPHENATED.test(cell) ? cell.replaceAll('-', '') : cell
      if (!HEX.test(digits)) refuse('it is no UUID')
      writer.int32(16)
      writer.room(16).write(digits, writer.at, 'hex')
    }
    writer.at += 16
  }
}

/** Families as PostgreSQL numbers them, whatever the system does. */
const FAMILY = { v4: 2, v6: 3 }

/** An IPv4 or IPv6 address with or without a mask length. */
export function inet(refuse: Refuse): Encode {
  return (cell, writer) => {
    if (typeof cell !== 'string') return refuse('it is no address')
    const slash = cell.indexOf('/')
    const host = slash < 0 ? cell : cell.slice(0, slash)
    const bytes = isIPv4(host) ? v4(host) : isIPv6(host) && !host.includes('%') ? v6(host) : undefined
    if (!bytes) return refuse('it is no address')
    const mask = slash < 0 ? bytes.length * 8 : maskLength(cell.slice(slash + 1), bytes.length * 8)
    if (mask === undefined) return refuse('its mask is none')
    writer.int32(4 + bytes.length)
    const buffer = writer.room(4 + bytes.length)
    buffer.set([bytes.length === 4 ? FAMILY.v4 : FAMILY.v6, mask, 0, bytes.length, ...bytes], writer.at)
    writer.at += 4 + bytes.length
  }
}

function maskLength(text: string, most: number): number | undefined {
  return /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= most ? Number(text) : undefined
}

const v4 = (host: string) => host.split('.').map(Number)

/** Eight groups; `::` stands for as many zero groups as are missing, an IPv4 tail for two groups. */
function v6(host: string): number[] {
  const [left, right] = host.split('::').map(groups)
  if (!right) return left!
  return [...left!, ...new Array<number>(16 - left!.length - right.length).fill(0), ...right]
}

function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap(group => {
    if (group.includes('.')) return v4(group)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
}
