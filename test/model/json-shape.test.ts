import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasShape, type JsonShape, SHAPE_KEYWORDS, shapeMistakes } from '../../model/json-shape.ts'

/** By shape: values in JSON that have it, and values that have not. */
const CASES: [shape: JsonShape, good: string[], bad: string[]][] = [
  [{}, ['null', '{"a":1}'], []],
  [false, [], ['null', '{}']],
  [{ type: 'integer' }, ['1', '-3.0', '1e3', '9007199254740993'], ['1.5', '"1"', 'null']],
  [{ type: ['string', 'null'] }, ['""', 'null'], ['0', '[]']],
  [{ type: 'object' }, ['{}'], ['[]', 'null']],
  [{ type: 'array' }, ['[]'], ['{}', '""']],
  [{ enum: [1, 'a', null, { a: [1] }] }, ['1', '1.0', '"a"', 'null', '{"a":[1]}'], ['2', '{"a":[2]}']],
  [{ const: { b: 1, a: 2 } }, ['{"a":2,"b":1}'], ['{"a":2}', '{"a":2,"b":1,"c":0}']],
  [{ minimum: 1, exclusiveMaximum: 3 }, ['1', '2.9', '"text"'], ['0.9', '3']],
  [{ maximum: 1, exclusiveMinimum: 0 }, ['1', '0.1'], ['0', '1.1']],
  [{ minLength: 2, maxLength: 2 }, ['"ab"', '"😀é"', '5'], ['"a"', '"abc"']],
  [{ pattern: '^\\p{Lu}' }, ['"Éa"', '1'], ['"a"', '""']],
  [
    { items: { type: 'string' }, minItems: 1, maxItems: 2 },
    ['["a"]', '{"a":1}'],
    ['[]', '[1]', '["a","b","c"]'],
  ],
  // Without a type: a keyword about objects says nothing of other values.
  [{ properties: { a: { type: 'number' } }, required: ['a'] }, ['{"a":1,"b":2}', '5'], ['{}', '{"a":"1"}']],
  [{ properties: { a: true }, additionalProperties: false }, ['{"a":1}', '{}'], ['{"b":1}']],
  [{ required: ['toString'] }, ['{"toString":1}'], ['{}']],
  [{ properties: { toString: false } }, ['{}'], ['{"toString":1}']],
  [{ minProperties: 1, maxProperties: 1 }, ['{"a":1}'], ['{}', '{"a":1,"b":1}']],
  [{ anyOf: [{ type: 'null' }, { minimum: 5 }] }, ['null', '5', '"a"'], ['4']],
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, ['1', '2'], ['0', '3']],
  [{ oneOf: [{ minimum: 1 }, { maximum: 2 }] }, ['0', '3'], ['1', '2']],
  [{ not: { type: 'string' } }, ['1'], ['""']],
  [{ title: 'x', description: 'y', $comment: 'z', default: 1, examples: [], $schema: 's' }, ['1'], []],
]

test('values have the shape, or have not', () => {
  for (const [shape, good, bad] of CASES) {
    assert.deepEqual(shapeMistakes(shape), [])
    for (const json of good) assert.ok(hasShape(JSON.parse(json), shape), `${JSON.stringify(shape)} ${json}`)
    for (const json of bad) assert.ok(!hasShape(JSON.parse(json), shape), `${JSON.stringify(shape)} ${json}`)
  }
  const tried = new Set(CASES.flatMap(([shape]) => Object.keys(shape)))
  assert.deepEqual(
    SHAPE_KEYWORDS.filter(word => !tried.has(word)),
    [],
  )
})

test('what could not be checked is a mistake, however deep', () => {
  const shape = {
    type: 'frob',
    required: 'a',
    minimum: '1',
    minItems: -1,
    pattern: '(',
    properties: { a: { if: {} }, b: 5 },
    anyOf: [{ $ref: '#' }],
  }
  assert.deepEqual(
    shapeMistakes(shape).map(({ path }) => path.join('.')),
    ['type', 'required', 'minimum', 'minItems', 'pattern', 'properties.a.if', 'properties.b', 'anyOf.0.$ref'],
  )
})
