/** Zod's issues in a user's words. No message holds a value of the file: it might be a secret. */
import type { z } from 'zod'
import { didYouMean } from './did-you-mean.ts'
import { keysAt } from './planfile.ts'
import { RULE_FORMS } from './planfile-rules.ts'
import { TYPE_NAMES } from './type-text.ts'

export type PathPart = string | number

export interface DescribedIssue {
  /** Where to look for the line. */
  at: PathPart[]
  path: string
  message: string
  remedy: string
}

type Issue = z.core.$ZodIssue

/** One entry for each mistake; an issue about three unknown keys is three. `content` is what was parsed. */
export function describeIssues(issues: readonly Issue[], content: unknown): DescribedIssue[] {
  return issues.flatMap(issue => describe(issue, [], content))
}

function describe(issue: Issue, above: PathPart[], content: unknown): DescribedIssue[] {
  const at = [...above, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))]
  const value = valueAt(content, at)
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(at, key))
  if (issue.code === 'invalid_union') return inUnion(issue, at, content)
  return [{ at, path: showPath(at), ...words(issue, at, value) }]
}

/**
 * `tables` may be a list or a map, and some rules a word or a map: only the mistakes of the one that was meant help.
 * The other unions are single values.
 */
function inUnion(
  issue: Issue & { code: 'invalid_union' },
  at: PathPart[],
  content: unknown,
): DescribedIssue[] {
  const value = valueAt(content, at)
  const form = at[0] === 'rules' && at.length === 3 ? RULE_FORMS[at[2]!] : undefined
  if (form !== undefined) return inForm(issue, at, content, form)
  if (at[0] === 'mapping') return inMapping(issue, at, content)
  if (at.length > 1) return [{ at, path: showPath(at), ...notScalar(value) }]
  if (typeof value !== 'object' || value === null) {
    const message = `a list or a map is expected here, not ${nameOf(value)}`
    return [
      {
        at,
        path: showPath(at),
        message,
        remedy: 'Write `tables: [a, b]`, or `tables:` with a line for each table',
      },
    ]
  }
  const meant = issue.errors[Array.isArray(value) ? 0 : 1] ?? []
  return meant.flatMap(inner => describe(inner, at, content))
}

/** In a mapping most things are a word, a list or a map: what is of the form that was written says what is wrong with it. */
function inMapping(
  issue: Issue & { code: 'invalid_union' },
  at: PathPart[],
  content: unknown,
): DescribedIssue[] {
  const meant = issue.errors.filter(inner =>
    inner.every(({ path, code }) => path.length > 0 || code !== 'invalid_type'),
  )
  if (meant.length !== 1)
    return [
      {
        at,
        path: showPath(at),
        message: 'this is not written as it must be',
        remedy: 'Look it up in the manual under "Mapping"',
      },
    ]
  return meant[0]!.flatMap(inner => describe(inner, at, content))
}

/** A rule that is a word or a map. */
function inForm(
  { errors }: Issue & { code: 'invalid_union' },
  at: PathPart[],
  content: unknown,
  remedy: string,
): DescribedIssue[] {
  const value = valueAt(content, at)
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return errors[1]!.flatMap(inner => describe(inner, at, content))
  return [{ at, path: showPath(at), message: 'this is not written as it must be', remedy }]
}

const notScalar = (value: unknown): { message: string; remedy: string } => ({
  message: `one value is expected here, not ${nameOf(value)}`,
  remedy: 'Write a text, a number, true, false or null; JSON goes into quotes',
})

function unknownKey(at: PathPart[], key: string): DescribedIssue {
  const known = keysAt(at)
  const meant = didYouMean(key, known)
  return {
    at: [...at, key],
    path: showPath([...at, key]),
    message: 'there is no such key here',
    remedy: meant ? `Did you mean ${meant}?` : `Use ${list(known)}`,
  }
}

function words(issue: Issue, at: PathPart[], value: unknown): { message: string; remedy: string } {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, at, value)
    case 'invalid_value':
      return wrongValue(issue.values.map(String), at, value)
    case 'too_small':
      return {
        message: 'this is too small or empty',
        remedy: `Write at least ${issue.minimum}${unit(issue.origin)}`,
      }
    case 'too_big':
      return { message: 'this is too large', remedy: `Write at most ${issue.maximum}${unit(issue.origin)}` }
    case 'custom':
      return custom(issue, value)
    default:
      return {
        message: 'this is not written as it must be',
        remedy: 'Use letters, digits, _ . and -, 64 at most',
      }
  }
}

function custom(issue: Issue & { code: 'custom' }, value: unknown): { message: string; remedy: string } {
  const remedy = String(issue.params?.remedy)
  if (remedy !== 'TYPE') return { message: issue.message, remedy }
  const meant = didYouMean(String(value).replace(/\(.*/, '').trim(), TYPE_NAMES)
  const known =
    'Use a type as PostgreSQL spells it, such as bigint, text, varchar(40), numeric(10,2) or timestamptz'
  return { message: issue.message, remedy: meant ? `Did you mean ${meant}?` : known }
}

function wrongType(expected: string, at: PathPart[], value: unknown): { message: string; remedy: string } {
  const wanted = EXPECTED[expected] ?? expected
  if (value === undefined || value === null) {
    const key = String(at.at(-1))
    return {
      message: `${key} is missing`,
      remedy: key === 'version' ? 'Write `version: 1`' : `Give it ${wanted}`,
    }
  }
  const quotes = expected === 'string' ? '; put names that look like numbers or true into quotes' : ''
  return { message: `${wanted} is expected here, not ${nameOf(value)}`, remedy: `Write ${wanted}${quotes}` }
}

const EXPECTED: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of names',
}

function wrongValue(values: string[], at: PathPart[], value: unknown): { message: string; remedy: string } {
  if (value === undefined || value === null) return wrongType('string', at, value)
  const message = `${String(at.at(-1))} cannot have this value`
  if (values.length === 1) return { message, remedy: `Write ${values[0]}, without quotes` }
  const meant = typeof value === 'string' ? didYouMean(value, values) : undefined
  return { message, remedy: meant ? `Did you mean ${meant}?` : `Use one of ${values.join(', ')}` }
}

function unit(origin: string): string {
  return origin === 'string' ? ' character' : ''
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null || value === undefined) return 'nothing'
  return (
    { string: 'a text', number: 'a number', boolean: 'true or false', object: 'a map' }[
      typeof value as string
    ] ?? 'this'
  )
}

function valueAt(content: unknown, path: readonly PathPart[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PathPart, unknown>)[part] : undefined,
    content,
  )
}

function showPath(path: readonly PathPart[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('')
}

function list(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
