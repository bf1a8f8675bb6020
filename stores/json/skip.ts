/** Finds where a value of JSON ends, without reading it. */

/** The end is not in the text. */
export const INCOMPLETE = -1

const QUOTE = 0x22
const BACKSLASH = 0x5c

export const isBlank = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** The first place from `at` on that has no blank; the length of the text where there is none. */
export function behindBlanks(text: string, at: number): number {
  while (at < text.length && isBlank(text.charCodeAt(at))) at++
  return at
}

/** Behind the string that begins at `at`. */
export function stringEnd(text: string, at: number): number {
  for (let from = at + 1; ; ) {
    const end = text.indexOf('"', from)
    if (end < 0) return INCOMPLETE
    let first = end
    while (text.charCodeAt(first - 1) === BACKSLASH && first - 1 > at) first--
    if ((end - first) % 2 === 0) return end + 1
    from = end + 1
  }
}

/** Behind the object or array that begins at `at`; kinds of brackets are not told apart. */
export function nestedEnd(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      const end = stringEnd(text, i)
      if (end === INCOMPLETE) return end
      i = end - 1
    } else if (code === 0x7b || code === 0x5b) depth++
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return i + 1
  }
  return INCOMPLETE
}

/** Behind any value; of a scalar the place of what ends it. `last`: the end of the text is one, too. */
export function valueEnd(text: string, at: number, last: boolean): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) return stringEnd(text, at)
  if (code === 0x7b || code === 0x5b) return nestedEnd(text, at)
  for (let i = at; i < text.length; i++) {
    const end = text.charCodeAt(i)
    if (isBlank(end) || end === 0x2c || end === 0x5d || end === 0x7d) return i
  }
  return last ? text.length : INCOMPLETE
}
