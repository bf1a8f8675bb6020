/** PostgreSQL's lexical rules, as far as its own print uses them (its manual, 4.1). */

export interface Token {
  /** `end` follows the last token; `illegal` is what the server never prints. */
  kind: 'word' | 'quoted' | 'text' | 'number' | 'operator' | 'illegal' | 'end'
  /** Names and texts without quotes; words as they stand. */
  value: string
  start: number
}

const PATTERNS: [Token['kind'] | 'space', RegExp][] = [
  ['space', /\s+/y],
  ['text', /[eE]?'(?:[^'\\]|''|\\[\s\S])*'/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_$\u0080-\uFFFF]*/y],
  ['operator', /::|[-+*/<>=~!@#%^&|`?]+|[(),.;:[\]]/y],
]

/** The tokens of a text without blanks, with an `end` after the last. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const found = match(text, at)
    if (found.kind !== 'space') tokens.push({ kind: found.kind, value: found.value, start: at })
    at = found.end
  }
  tokens.push({ kind: 'end', value: '', start: at })
  return tokens
}

function match(text: string, at: number): { kind: Token['kind'] | 'space'; value: string; end: number } {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) continue
    return { kind, value: unquoted(kind, found), end: at + found.length }
  }
  return { kind: 'illegal', value: text[at]!, end: at + 1 }
}

function unquoted(kind: Token['kind'] | 'space', text: string): string {
  if (kind === 'quoted') return text.slice(1, -1).replaceAll('""', '"')
  if (kind !== 'text') return text
  const inner = text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'")
  // The server writes E only where there are backslashes, and then doubles them; without E they are themselves.
  return text[0] === "'" ? inner : inner.replaceAll('\\\\', '\\')
}
