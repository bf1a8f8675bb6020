/** A page of HTML as tests look at it: whether it is well made, what it asks for, and what it says. */
import assert from 'node:assert/strict'

export interface Page {
  /** The names of its elements, each once. */
  elements: Set<string>
  /** Attributes of all elements, as `name=value`. */
  attributes: string[]
  /** What stands in the second-level headings. */
  headings: string[]
  /** What a reader sees, with one blank between words. */
  text: string
}

const VOID = new Set(['meta', 'link', 'img', 'br', 'hr', 'input'])
const TAG = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/y

/** Fails where an element is not closed, is closed twice, or a `<` begins none. */
export function readPage(source: string): Page {
  const page = { elements: new Set<string>(), attributes: [] as string[], headings: [] as string[], text: '' }
  const open: string[] = []
  let at = source.indexOf('>') + 1
  assert.match(source.slice(0, at), /^<!doctype html>$/i)
  while (at < source.length) {
    const next = source.indexOf('<', at)
    const words = source.slice(at, next < 0 ? undefined : next)
    if (!open.includes('style')) page.text += decoded(words)
    if (open.at(-1) === 'h2') page.headings.push(decoded(words))
    if (next < 0) break
    TAG.lastIndex = next
    const found = TAG.exec(source)
    assert.ok(found, `no element begins at: ${source.slice(next, next + 80)}`)
    const [whole, end, name, attributes, empty] = found as unknown as [string, string, string, string, string]
    if (end) assert.equal(open.pop(), name, `near ${source.slice(next - 80, next + 20)}`)
    else if (!empty && !VOID.has(name)) open.push(name)
    page.elements.add(name)
    for (const [, key, value = ''] of attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g))
      page.attributes.push(`${key}=${decoded(value)}`)
    at = next + whole.length
  }
  assert.deepEqual(open, [])
  return { ...page, text: page.text.replace(/\s+/g, ' ') }
}

const decoded = (text: string) =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))

/** That nothing outside of the page is asked for, and nothing runs. */
export function assertAlone(source: string): void {
  const { elements, attributes } = readPage(source)
  for (const name of ['script', 'link', 'img', 'iframe', 'object', 'embed', 'form', 'base'])
    assert.ok(!elements.has(name), `there is a <${name}>`)
  const calls = attributes.filter(
    attribute =>
      /^(src|srcset|data|action|poster|on\w+)=/i.test(attribute) || /^(xlink:)?href=(?!#)/i.test(attribute),
  )
  assert.deepEqual(calls, [])
  const style = /<style>([\s\S]*?)<\/style>/.exec(source)![1]!
  assert.doesNotMatch(style, /url\(|@import/i)
}
