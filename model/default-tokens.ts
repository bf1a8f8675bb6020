/** Tokens of a default as SQLite writes it (https://sqlite.org/lang_expr.html, literals). */

export type Token =
  | { kind: 'number'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'blob'; text: string }
  /** A bare word, in its own spelling. */
  | { kind: 'word'; text: string }
  | { kind: 'sign'; text: string }

/** Alternatives in the order in which SQLite's tokenizer tries them; the group that matched names the kind. */
const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[xX]'(?<blob>[0-9a-fA-F]*)'|'(?<single>(?:[^']|'')*)'|"(?<double>(?:[^"]|"")*)"|(?<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<sign>\|\||<<|>>|<=|>=|<>|!=|==|[-+*/%(),.<>=&|~;[\]`])/uy

/** The tokens, without blanks and comments; undefined where the text is none that SQLite would read. */
export function tokenize(sql: string): Token[] | undefined {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < sql.length) {
    const match = TOKEN.exec(sql)
    if (!match) return undefined
    const token = tokenOf(match.groups ?? {})
    if (token) tokens.push(token)
  }
  return tokens
}

function tokenOf(groups: Record<string, string | undefined>): Token | undefined {
  const { blob, single, double, number, word, sign } = groups
  if (blob !== undefined) return blob.length % 2 ? { kind: 'sign', text: 'x' } : { kind: 'blob', text: blob }
  if (single !== undefined) return { kind: 'string', text: single.replaceAll("''", "'") }
  // A default cannot name a column, so SQLite reads "double quotes" there as a string.
  if (double !== undefined) return { kind: 'string', text: double.replaceAll('""', '"') }
  if (number !== undefined) return { kind: 'number', text: number }
  if (word !== undefined) return { kind: 'word', text: word }
  return sign === undefined ? undefined : { kind: 'sign', text: sign }
}

/** Without parentheses that enclose the whole. */
export function withoutParentheses(tokens: Token[]): Token[] {
  let inner = tokens
  while (isSign(inner[0], '(') && closing(inner) === inner.length - 1) inner = inner.slice(1, -1)
  return inner
}

function closing(tokens: Token[]): number {
  let depth = 0
  return tokens.findIndex(token => {
    if (isSign(token, '(')) depth++
    if (isSign(token, ')')) depth--
    return depth === 0
  })
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text
}

/** One spelling for expressions that mean the same: words in small letters, strings in quotes. */
export function spell(tokens: Token[]): string {
  return tokens
    .map(({ kind, text }) => {
      if (kind === 'string') return `'${text}'`
      return kind === 'word' ? text.toLowerCase() : text
    })
    .join(' ')
}
