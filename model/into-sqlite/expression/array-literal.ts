/** Constants of arrays, as in `{a,"b c",NULL}`, as the JSON that arrays become. */
import { refuse, textOf, type Value } from './value.ts'

const NUMBERS = ['smallint', 'integer', 'bigint']
const TEXTS = ['text', 'character varying', 'uuid', 'date']

/** Of one dimension, over types whose print is known. */
export function arrayAsJson(text: string, type: string): string {
  if (text === '{}') return '[]'
  if (!NUMBERS.includes(type) && !TEXTS.includes(type)) return refuse(`an array of ${type}`)
  if (!/^\{[^{}]*\}$/.test(text)) return refuse('an array of several dimensions')
  const items = [...text.slice(1, -1).matchAll(/("(?:[^"\\]|\\.)*"|[^,"]+)(?:,|$)/g)].map(match => match[1]!)
  return `[${items.map(item => jsonOf(item, NUMBERS.includes(type))).join(',')}]`
}

function jsonOf(item: string, isNumber: boolean): string {
  if (/^null$/i.test(item)) return 'null'
  if (isNumber) return /^-?\d+$/.test(item) ? item : refuse('an array of something else than numbers')
  const inner = item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, '$1') : item
  return JSON.stringify(inner)
}

/** `ARRAY['a', 'b']` of constants. */
export function listAsJson(items: readonly Value[]): Value {
  const parts = items.map(({ holds, constant }) => {
    if (holds === 'null') return 'null'
    if (holds === 'integer' && constant !== undefined) return constant
    if ((holds !== 'text' && holds !== 'label') || constant === undefined)
      return refuse('an array of other than constants')
    return JSON.stringify(constant)
  })
  const text = `[${parts.join(',')}]`
  return { sql: textOf(text), holds: 'json', constant: text }
}
