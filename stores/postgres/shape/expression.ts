/**
 * Expressions as PostgreSQL prints them, compared. What was dumped and restored comes back with other casts and
 * brackets: `ANY ((ARRAY['a'::varchar])::text[])` as `ANY (ARRAY[('a'::varchar)::text])`. A printed expression has a
 * pair of brackets for each operator, so none but those around one thing are dropped.
 */

/** Stands for one that the server could not be asked to print: that there is one is all that can be compared. */
export const UNPRINTED = ''

/** Equal but for casts, and brackets around what needs none. */
export function sameExpression(wished: string | undefined, found: string | undefined): boolean {
  if (wished === undefined || found === undefined) return wished === found
  return wished === UNPRINTED || wished === found || plain(wished) === plain(found)
}

/** A text, a name in quotes, a cast, a bracket, a word, a blank, or any other character. */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|::(?:"[^"]*"|[\w.]+)(?: varying| precision| with(?:out)? time zone)?(?:\(\d+(?:,\d+)?\))?(?:\[\])*|[()]|[\w.$]+|\s+|./gs

type Node = string | Node[]

function plain(text: string): string {
  const stack: Node[][] = [[]]
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '(') stack.push([])
    else if (token === ')' && stack.length > 1) {
      const group = stack.pop()!
      stack.at(-1)!.push(group)
    } else if (!token.startsWith('::') && token.trim() !== '') stack.at(-1)!.push(token)
  }
  return printed([unwrapped(stack.flat())])
}

const unwrapped = (node: Node): Node =>
  typeof node !== 'string' && node.length === 1 ? unwrapped(node[0]!) : node

/** After a word a bracket opens the arguments of a call, and stays. */
function printed(nodes: readonly Node[]): string {
  return nodes
    .map((node, i) => {
      if (typeof node === 'string') return node
      const before = nodes[i - 1]
      const isCall = typeof before === 'string' && /^[\w.$"]+$/.test(before) && !OPERATORS.has(before)
      const inner = unwrapped(node)
      if (typeof inner === 'string' && !isCall) return inner
      return `(${printed(typeof inner === 'string' ? [inner] : inner)})`
    })
    .join(' ')
}

const OPERATORS: ReadonlySet<string> = new Set([
  'AND',
  'OR',
  'NOT',
  'IS',
  'CASE',
  'WHEN',
  'THEN',
  'ELSE',
  'FROM',
])
