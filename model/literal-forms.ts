/** Forms that a default's text must have before PostgreSQL may read it as a value of a type. */

const DAY = String.raw`(\d{4})-(\d{2})-(\d{2})`
const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?`
const OFFSET = String.raw`(Z|[+-](0\d|1[0-5]):?[0-5]\d)`

const FORMS = {
  date: new RegExp(`^${DAY}$`),
  time: new RegExp(`^${CLOCK}$`),
  timestamp: new RegExp(`^${DAY}[T ]${CLOCK}$`),
  timestamptz: new RegExp(`^${DAY}[T ]${CLOCK}${OFFSET}$`),
}

/** ISO texts of days that the calendar has, from year 1 on; up to 6 decimals of a second. */
export function isTimeText(text: string, form: keyof typeof FORMS): boolean {
  if (!FORMS[form].test(text)) return false
  if (form === 'time') return true
  const day = text.slice(0, 10)
  const date = new Date(`${day}T00:00:00Z`)
  return !day.startsWith('0000') && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}

/** Hyphenated or 32 hex digits. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i.test(text)
}

/** IPv4 with or without a mask; IPv6 in full or with one `::`. */
export function isInet(text: string): boolean {
  const [address = '', mask, ...more] = text.split('/')
  if (more.length > 0 || (mask !== undefined && !/^\d{1,3}$/.test(mask))) return false
  if (address.includes(':')) return isIpv6(address) && Number(mask ?? 0) <= 128
  const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
  return new RegExp(`^${octet}(\\.${octet}){3}$`).test(address) && Number(mask ?? 0) <= 32
}

function isIpv6(address: string): boolean {
  const halves = address.split('::')
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')))
  if (halves.length > 2 || !groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return false
  return halves.length === 2 ? groups.length < 8 : groups.length === 8
}

/** JSON that jsonb takes: no NUL character, no half of a surrogate pair. */
export function isJson(text: string): boolean {
  try {
    return holdsText(JSON.parse(text))
  } catch {
    return false
  }
}

function holdsText(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => holdsText(key) && holdsText(inner))
}
