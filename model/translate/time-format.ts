/** Formats of `strftime` as those of `to_char`. */
import { DIGIT, refuse } from './value.ts'

/** What `to_char` calls it, and the digits that it prints. */
const FIELDS: Record<string, [string, string]> = {
  '%Y': ['YYYY', 'dddd'],
  '%m': ['MM', 'dd'],
  '%d': ['DD', 'dd'],
  '%H': ['HH24', 'dd'],
  '%M': ['MI', 'dd'],
  '%S': ['SS', 'dd'],
  '%f': ['SS.MS', 'dd.ddd'],
  '%j': ['DDD', 'ddd'],
  '%F': ['YYYY-MM-DD', 'dddd-dd-dd'],
  '%T': ['HH24:MI:SS', 'dd:dd:dd'],
  '%R': ['HH24:MI', 'dd:dd'],
  '%%': ['"%"', '%'],
}

/** `shape`: as in `Value`. Refuses what `to_char` does not have. */
export function formatOf(format: string): { picture: string; shape: string } {
  const parts = format.match(/%.?|[^%]+/gs) ?? []
  const fields = parts.map(part => {
    if (!part.startsWith('%')) return [quoted(part), part]
    return Object.hasOwn(FIELDS, part) ? digits(FIELDS[part]!) : refuse('strftime() with such a format')
  })
  return {
    picture: fields.map(([picture]) => picture).join(''),
    shape: fields.map(([, shape]) => shape).join(''),
  }
}

const digits = ([picture, shape]: [string, string]): [string, string] => [
  picture,
  shape.replaceAll('d', DIGIT),
]

/** Letters mean something to `to_char` unless they stand in quotes. */
function quoted(text: string): string {
  if (/^[-:./ ,]+$/.test(text)) return text
  return `"${text.replace(/["\\]/g, sign => `\\${sign}`)}"`
}
