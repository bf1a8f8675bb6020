/** SQLite's lexical rules (sqlite.org/lang_keywords.html, tokenize.c) for the text of a CREATE statement. */

export interface Token {
  /** `word` is a bare name or keyword, `quoted` a name in "…", […] or `…`; `end` follows the last token. */
  kind: 'word' | 'quoted' | 'string' | 'number' | 'blob' | 'operator' | 'end'
  /** For names and strings without their quotes; else as it stands. */
  value: string
  /** Where it stands in the text, in UTF-16 units. */
  start: number
  end: number
}

// For SQLite every character above ASCII is part of a name, also those that JavaScript calls blanks.
const PATTERNS: [Token['kind'] | 'space', RegExp][] = [
  ['space', /(?:[ \t\n\f\r\uFEFF]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y],
  ['blob', /[xX]'[0-9a-fA-F]*'/y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  ['number', /0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?/y],
  ['word', /[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_$\u0080-\uFFFF]*/y],
  ['operator', /->>|->|\|\||<<|>>|<=|>=|<>|!=|==|[?@#:$][A-Za-z0-9_$]*|[\s\S]/y],
]

/** The tokens of a text without blanks and comments, with an `end` after the last. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const { kind, end } = match(text, at)
    if (kind !== 'space') tokens.push({ kind, value: unquote(kind, text.slice(at, end)), start: at, end })
    at = end
  }
  tokens.push({ kind: 'end', value: '', start: at, end: at })
  return tokens
}

function match(text: string, at: number): { kind: Token['kind'] | 'space'; end: number } {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    if (pattern.test(text)) return { kind, end: pattern.lastIndex }
  }
  return { kind: 'operator', end: at + 1 }
}

function unquote(kind: Token['kind'], text: string): string {
  if (kind !== 'quoted' && kind !== 'string') return text
  const inner = text.slice(1, -1)
  const mark = text[0]!
  return mark === '[' ? inner : inner.replaceAll(mark + mark, mark)
}
