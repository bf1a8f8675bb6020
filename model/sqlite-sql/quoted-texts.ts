/** SQLite's oldest quirk: a name in double quotes that names nothing is a text (https://sqlite.org/quirks.html, 8). */
import { foldName } from './names.ts'
import { tokenize } from './tokens.ts'

/**
 * The expression with texts in single quotes where it has some in double quotes. `names`: columns and tables that it
 * may name, in any case.
 */
export function withoutQuotedTexts(expression: string, names: readonly string[]): string {
  const known = new Set(names.map(foldName))
  const tokens = tokenize(expression)
  let out = ''
  let at = 0
  for (const [i, { kind, value, start, end }] of tokens.entries()) {
    const isText = kind === 'quoted' && expression[start] === '"' && !known.has(foldName(value))
    const after = tokens[i + 1]?.value
    const before = tokens[i - 1]?.value.toUpperCase() ?? ''
    if (!isText || after === '.' || after === '(' || NAMES_FOLLOW.has(before)) continue
    out += `${expression.slice(at, start)}'${value.replaceAll("'", "''")}'`
    at = end
  }
  return out + expression.slice(at)
}

const NAMES_FOLLOW = new Set(['.', 'COLLATE', 'AS'])
