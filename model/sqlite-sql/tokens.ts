/** SQLite's lexical rules (sqlite.org/lang_keywords.html, tokenize.c). */

export interface Token {
  /**
   * `word` is a bare name or keyword, `quoted` a name in "…", […] or `…`, `blob` what stands between the quotes;
   * `illegal` is what SQLite has no token for; `end` follows the last token.
   */
  kind: 'word' | 'quoted' | 'string' | 'number' | 'blob' | 'parameter' | 'operator' | 'illegal' | 'end'
  /** For names, strings and blobs without their quotes; else as it stands. */
  value: string
  /** Where it stands in the text, in UTF-16 units. */
  start: number
  end: number
}

// For SQLite every character above ASCII is part of a name, also those that JavaScript calls blanks.
const NAME_PART = '[A-Za-z0-9_$\\u0080-\\uFFFF]'
const DIGITS = '\\d+(?:_\\d+)*'

const PATTERNS: [Token['kind'] | 'space', RegExp][] = [
  ['space', /(?:[ \t\n\f\r\uFEFF]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y],
  ['blob', /[xX]'(?:[0-9a-fA-F]{2})*'/y],
  ['illegal', /[xX]'/y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  [
    'number',
    RegExp(
      `0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?`,
      'y',
    ),
  ],
  ['word', /[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_$\u0080-\uFFFF]*/y],
  ['parameter', RegExp(`\\?\\d*|[:@$]${NAME_PART}+`, 'y')],
  ['operator', /->>|->|\|\||<<|>>|<=|>=|<>|!=|==|[-+*/%&|~<>=(),.;]/y],
]
const AFTER_NUMBER = RegExp(NAME_PART, 'y')

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
    if (!pattern.test(text)) continue
    const end = pattern.lastIndex
    return { kind: kind === 'number' && runsOn(text, end) ? 'illegal' : kind, end }
  }
  return { kind: 'illegal', end: at + 1 }
}

/** `1abc` and `1_` are no tokens. */
function runsOn(text: string, end: number): boolean {
  AFTER_NUMBER.lastIndex = end
  return AFTER_NUMBER.test(text)
}

function unquote(kind: Token['kind'], text: string): string {
  if (kind === 'blob') return text.slice(2, -1)
  if (kind !== 'quoted' && kind !== 'string') return text
  const inner = text.slice(1, -1)
  const mark = text[0]!
  return mark === '[' ? inner : inner.replaceAll(mark + mark, mark)
}
