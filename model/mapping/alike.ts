/** Names that mean the same in two schemas. */

/** Words of a name: `docTitle` and `doc_title` have the same two. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
}

/** Spellings of one word. */
const SPELLINGS: readonly (readonly string[])[] = [
  ['at', 'date', 'time', 'datetime', 'timestamp', 'ts', 'on'],
  ['created', 'creation', 'create', 'inserted', 'added'],
  ['updated', 'modified', 'modification', 'changed', 'update'],
  ['description', 'desc', 'descr', 'details', 'summary'],
  ['content', 'body', 'contents'],
  ['number', 'no', 'nr', 'num', 'code'],
  ['status', 'state'],
  ['department', 'dept', 'division'],
  ['email', 'mail'],
  ['phone', 'tel', 'telephone'],
  ['title', 'subject', 'headline', 'caption'],
  ['quantity', 'qty', 'amount'],
  ['category', 'kind', 'type'],
  ['active', 'enabled'],
  ['version', 'revision', 'rev'],
  ['password', 'passwd', 'pwd'],
]

const WORD = new Map(SPELLINGS.flatMap(([word, ...others]) => others.map(other => [other, word!] as const)))

/** Whole names that stand for another, the closest first; each with how sure that is. */
const STAND_FOR: readonly (readonly [string, string, number])[] = [
  ['created by', 'owner', 0.8],
  ['created by', 'author', 0.8],
  ['author', 'owner', 0.8],
  ['id', 'number', 0.75],
  ['id', 'external id', 0.7],
  ['id', 'legacy id', 0.9],
  ['name', 'full name', 0.7],
  ['name', 'title', 0.7],
  ['login', 'username', 0.9],
  ['user name', 'username', 0.95],
  ['role name', 'role', 0.9],
  ['text', 'content', 0.7],
]

const SMALL_WORDS = new Set(['is', 'has', 'the', 'of'])

/**
 * What a name means within its table: without words that only repeat what the table is about, or say that it is a number of a row.
 */
export function meaningOf(column: string, about: readonly string[] = []): string {
  const words = wordsOf(column).map(word => WORD.get(word) ?? word)
  const [first] = words
  const repeats =
    words.length > 1 &&
    first !== undefined &&
    about.some(word => word === singular(first) || (first.length >= 3 && word.startsWith(first)))
  const own = (repeats ? words.slice(1) : words).filter(word => !SMALL_WORDS.has(word))
  const by = own.indexOf('by')
  const until =
    by >= 0 ? own.slice(0, by + 1) : own.length > 1 && own.at(-1) === 'id' ? own.slice(0, -1) : own
  return until.join(' ')
}

const singular = (word: string) =>
  word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word

/** From 0 to 1. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1
  const known = STAND_FOR.find(([one, other]) => (one === a && other === b) || (one === b && other === a))
  if (known) return known[2]
  const [left, right] = [new Set(a.split(' ')), new Set(b.split(' '))]
  const both = [...left].filter(word => right.has(word)).length
  return (0.9 * both) / (left.size + right.size - both)
}

/** Of names of tables. */
export function tablesAlike(a: string, b: string): number {
  const words = (name: string) => wordsOf(name).map(singular)
  const [left, right] = [words(a), words(b)]
  if (left.join(' ') === right.join(' ')) return 1
  const both = left.filter(word =>
    right.some(
      other => other === word || (word.length >= 3 && (other.startsWith(word) || word.startsWith(other))),
    ),
  ).length
  return (0.9 * both) / Math.max(left.length, right.length)
}

/** Which of the allowed values is meant: the same letters, else the only one with all of its words. */
export function meantValue(value: string, allowed: readonly string[]): string | undefined {
  const plain = (text: string) => wordsOf(text.toLowerCase()).join(' ')
  const same = allowed.find(other => plain(other) === plain(value))
  if (same !== undefined) return same
  const words = plain(value).split(' ')
  const near = allowed.filter(other => words.every(word => plain(other).split(' ').includes(word)))
  return near.length === 1 ? near[0] : undefined
}

/** What a table is about: its name, and a word that most of its columns begin with. */
export function aboutOf(table: string, columns: readonly string[]): string[] {
  const firsts = columns.map(wordsOf).flatMap(words => (words.length > 1 ? [words[0]!] : []))
  const common = firsts.find(word => firsts.filter(other => other === word).length * 3 >= columns.length)
  return [...wordsOf(table).map(singular), ...(common === undefined ? [] : [singular(common)])]
}
