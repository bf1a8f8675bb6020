/**
 * Shapes of JSON, written as JSON Schema (draft 2020-12). A keyword that is not known here is a mistake: one that
 * was passed over in silence would let everything through.
 */
import { canonicalJson } from './hash-plan.ts'

export type JsonShape = boolean | { readonly [keyword: string]: unknown }

/** A mistake of a shape, and where in it. */
export interface ShapeMistake {
  path: (string | number)[]
  message: string
  /** A keyword that is none. */
  unknown?: string
}

/** `takes`: what its argument has to be instead, in words · `holds`: whether a value is as it says. */
interface Keyword {
  takes: (argument: unknown) => string | undefined
  holds: (value: unknown, argument: never, shape: Readonly<Record<string, unknown>>) => boolean
  /** How the argument holds shapes of its own. */
  inner?: 'shape' | 'list' | 'map'
}

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isWhole = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0

const must = (test: (argument: unknown) => boolean, words: string) => (argument: unknown) =>
  test(argument) ? undefined : words

const NUMBER = must(isNumber, 'takes a number')
const AMOUNT = must(isWhole, 'takes a whole number')
const TEXTS = must(a => Array.isArray(a) && a.every(isText), 'takes a list of texts')
const SHAPE = must(a => isObject(a) || typeof a === 'boolean', 'takes a schema')
const SHAPES = must(Array.isArray, 'takes a list of schemas')
const SHAPE_MAP = must(isObject, 'takes a map of schemas')
const ANYTHING = () => undefined

/** Characters, of which some are two units of UTF-16. */
const lengthOf = (text: string) => [...text].length
const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b)

/** Of numbers, texts, lists and maps alone: a keyword says nothing of other values. */
const ofNumber = (test: (value: number, argument: number) => boolean): Keyword => ({
  takes: NUMBER,
  holds: (value, argument) => !isNumber(value) || test(value, argument),
})
const ofText = (test: (length: number, argument: number) => boolean): Keyword => ({
  takes: AMOUNT,
  holds: (value, argument) => !isText(value) || test(lengthOf(value), argument),
})
const ofList = (test: (length: number, argument: number) => boolean): Keyword => ({
  takes: AMOUNT,
  holds: (value, argument) => !Array.isArray(value) || test(value.length, argument),
})
const ofMap = (test: (length: number, argument: number) => boolean): Keyword => ({
  takes: AMOUNT,
  holds: (value, argument) => !isObject(value) || test(Object.keys(value).length, argument),
})

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type: {
    takes: must(a => [a].flat().every(t => TYPES.includes(t as string)), `takes ${TYPES.join(', ')}`),
    holds: (value, argument: string | string[]) => [argument].flat().some(type => isOfType(value, type)),
  },
  enum: {
    takes: must(Array.isArray, 'takes a list'),
    holds: (value, argument: unknown[]) => argument.some(one => same(one, value)),
  },
  const: { takes: ANYTHING, holds: (value, argument) => same(value, argument) },
  minimum: ofNumber((value, least) => value >= least),
  maximum: ofNumber((value, most) => value <= most),
  exclusiveMinimum: ofNumber((value, bound) => value > bound),
  exclusiveMaximum: ofNumber((value, bound) => value < bound),
  minLength: ofText((length, least) => length >= least),
  maxLength: ofText((length, most) => length <= most),
  pattern: {
    takes: must(a => isText(a) && isPattern(a), 'takes a regular expression'),
    holds: (value, argument: string) => !isText(value) || new RegExp(argument, 'u').test(value),
  },
  minItems: ofList((length, least) => length >= least),
  maxItems: ofList((length, most) => length <= most),
  items: {
    takes: SHAPE,
    inner: 'shape',
    holds: (value, argument: JsonShape) =>
      !Array.isArray(value) || value.every(one => hasShape(one, argument)),
  },
  minProperties: ofMap((length, least) => length >= least),
  maxProperties: ofMap((length, most) => length <= most),
  required: {
    takes: TEXTS,
    holds: (value, argument: string[]) =>
      !isObject(value) || argument.every(name => Object.hasOwn(value, name)),
  },
  properties: {
    takes: SHAPE_MAP,
    inner: 'map',
    holds: (value, argument: Record<string, JsonShape>) =>
      !isObject(value) ||
      Object.entries(argument).every(
        ([name, shape]) => !Object.hasOwn(value, name) || hasShape(value[name], shape),
      ),
  },
  additionalProperties: {
    takes: SHAPE,
    inner: 'shape',
    holds: (value, argument: JsonShape, { properties = {} }) =>
      !isObject(value) ||
      Object.entries(value).every(
        ([name, one]) => Object.hasOwn(properties as object, name) || hasShape(one, argument),
      ),
  },
  anyOf: {
    takes: SHAPES,
    inner: 'list',
    holds: (value, argument: JsonShape[]) => argument.some(shape => hasShape(value, shape)),
  },
  allOf: {
    takes: SHAPES,
    inner: 'list',
    holds: (value, argument: JsonShape[]) => argument.every(shape => hasShape(value, shape)),
  },
  oneOf: {
    takes: SHAPES,
    inner: 'list',
    holds: (value, argument: JsonShape[]) => argument.filter(shape => hasShape(value, shape)).length === 1,
  },
  not: {
    takes: SHAPE,
    inner: 'shape',
    holds: (value, argument: JsonShape) => !hasShape(value, argument),
  },
  ...Object.fromEntries(
    ['$schema', 'title', 'description', 'default', 'examples', '$comment'].map(name => [
      name,
      { takes: ANYTHING, holds: () => true },
    ]),
  ),
}

export const SHAPE_KEYWORDS: readonly string[] = Object.keys(KEYWORDS)

function isPattern(text: string): boolean {
  try {
    return Boolean(new RegExp(text, 'u'))
  } catch {
    return false
  }
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isObject(value)
  return type === 'integer' ? Number.isInteger(value) : typeof value === type
}

/** Whether a parsed JSON value is as a shape without mistakes says. */
export function hasShape(value: unknown, shape: JsonShape): boolean {
  if (typeof shape === 'boolean') return shape
  return Object.entries(shape).every(([name, argument]) =>
    KEYWORDS[name]!.holds(value, argument as never, shape),
  )
}

/** What is no shape that can be checked. */
export function shapeMistakes(shape: unknown, path: (string | number)[] = []): ShapeMistake[] {
  if (typeof shape === 'boolean') return []
  if (!isObject(shape)) return [{ path, message: 'a schema is a map, or true or false' }]
  return Object.entries(shape).flatMap(([name, argument]) => {
    const at = [...path, name]
    const keyword = Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name] : undefined
    if (!keyword)
      return [{ path: at, message: 'longhaul does not know this keyword of JSON Schema', unknown: name }]
    const wrong = keyword.takes(argument)
    if (wrong !== undefined) return [{ path: at, message: `${name} ${wrong}` }]
    return innerMistakes(keyword, argument, at)
  })
}

function innerMistakes({ inner }: Keyword, argument: unknown, at: (string | number)[]): ShapeMistake[] {
  if (inner === 'shape') return shapeMistakes(argument, at)
  if (inner === 'list') return (argument as unknown[]).flatMap((one, i) => shapeMistakes(one, [...at, i]))
  if (inner === 'map')
    return Object.entries(argument as object).flatMap(([name, one]) => shapeMistakes(one, [...at, name]))
  return []
}
