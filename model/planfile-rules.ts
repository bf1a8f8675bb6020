/** Rules in the user's plan file: how each kind is written, and what it comes to. */
import { z } from 'zod'
import { didYouMean } from './did-you-mean.ts'
import { SHAPE_KEYWORDS, shapeMistakes } from './json-shape.ts'
import { CONSTRAINTS, RULES } from './rules.ts'

const name = z.string().min(1)
const names = z.array(name).min(1)
const amount = z.int().min(0)
const bound = z.union([z.number(), name])

type Context = z.core.$RefinementCtx

function mistake(context: Context, path: (string | number)[], message: string, remedy: string): void {
  context.addIssue({ code: 'custom', path, input: undefined, message, params: { remedy } })
}

const PART = /^\d+(\.\d+)?\s*%$/

const sql = z.string().superRefine((text, context) => {
  if (/\S/.test(text) && !text.includes('\0')) return
  mistake(context, [], 'there is no query here that a server could read', 'Write a SELECT')
})

const within = z
  .union([amount, z.string()])
  .superRefine((value, context) => {
    if (typeof value === 'number' || PART.test(value)) return
    mistake(context, [], 'this is neither a number of rows nor a part of them', 'Write 20, or 5%')
  })
  .describe('By how many rows, or which part of them (5%), the number may be off')

const rows = z
  .strictObject({
    table: name,
    min: amount.optional(),
    max: amount.optional(),
    expected: amount.optional(),
    within: within.optional(),
  })
  .superRefine(({ min, max, expected, within }, context) => {
    const bounds = min !== undefined || max !== undefined
    if (bounds && (expected !== undefined || within !== undefined))
      mistake(
        context,
        [],
        'a number is expected here, or bounds, not both',
        'Keep `min` and `max`, or `expected` and `within`',
      )
    if (min !== undefined && max !== undefined && min > max)
      mistake(context, ['min'], 'min is larger than max', 'Swap the two')
  })
  .describe('As many rows as expected; where only the table is named: as many as the source has')

const orphans = z
  .union([
    z.literal('all'),
    z.strictObject({
      table: name,
      columns: names,
      references: z.strictObject({ table: name, columns: names.optional() }),
    }),
  ])
  .superRefine((value, context) => {
    if (value === 'all' || !value.references.columns) return
    if (value.references.columns.length !== value.columns.length)
      mistake(context, ['references'], 'it has another number of columns', 'Write as many on both sides')
  })
  .describe('No row points to a parent that is not there: for each foreign key of the source, or for one')

const allowed = z
  .strictObject({
    table: name,
    column: name,
    values: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
    or_null: z.boolean().optional().describe('NULL is allowed as well'),
  })
  .describe('No other values than these')

const required = z.strictObject({ table: name, columns: names }).describe('Neither NULL nor a blank text')

const unique = z
  .strictObject({ table: name, columns: names, ignore_case: z.boolean().optional() })
  .describe('No two rows with the same values; rows with a NULL among them do not count')

function meantBy(keyword: string): string {
  const meant = didYouMean(keyword, SHAPE_KEYWORDS)
  return meant ? `Did you mean ${meant}?` : `Use ${SHAPE_KEYWORDS.join(', ')}`
}

const shape = z
  .unknown()
  .superRefine((value, context) => {
    for (const { path, message, unknown } of shapeMistakes(value))
      mistake(context, path, message, unknown === undefined ? 'Correct it' : meantBy(unknown))
  })
  .describe('A JSON Schema')

const json = z.strictObject({ table: name, column: name, shape: shape.optional() }).describe('Valid JSON')

const range = z
  .strictObject({ table: name, column: name, min: bound.optional(), max: bound.optional() })
  .superRefine(({ min, max }, context) => {
    if (min !== undefined || max !== undefined) return
    mistake(context, [], 'a range without bounds says nothing', 'Add `min`, `max` or both')
  })
  .describe('Numbers, dates and times from min to max; NULL is in range')

const same = z
  .union([sql, z.strictObject({ source: sql, target: sql })])
  .describe('The query gives equal rows on both sides')

const constraints = z
  .strictObject({
    table: name.optional(),
    primary_key: amount.optional(),
    foreign_key: amount.optional(),
    unique: amount.optional(),
    check: amount.optional(),
    exclusion: amount.optional(),
    not_null: amount.optional(),
    index: amount.optional().describe('All of them, also those of keys'),
  })
  .superRefine(({ table: _, ...counts }, context) => {
    if (Object.values(counts).some(count => count !== undefined)) return
    mistake(context, [], 'no number is given here', `Use ${CONSTRAINTS.join(', ')}`)
  })
  .describe('Exactly so many constraints and indexes: of one table, or of all tables of the plan together')

const noRows = sql.describe('A query on the target that has to give no row')

/** One entry of the list. */
export const ruleSchema = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    rows: rows.optional(),
    orphans: orphans.optional(),
    allowed: allowed.optional(),
    required: required.optional(),
    unique: unique.optional(),
    json: json.optional(),
    range: range.optional(),
    'no-rows': noRows.optional(),
    same: same.optional(),
    constraints: constraints.optional(),
  })
  .superRefine((entry, context) => {
    const given = RULES.filter(kind => entry[kind] !== undefined)
    if (given.length === 1) return
    const message = given.length === 0 ? 'a rule needs its kind' : 'these are several rules in one'
    const remedy = given.length === 0 ? `Use ${RULES.join(', ')}` : 'Write each as an entry of its own'
    mistake(context, [], message, remedy)
  })

const keysOf = (schema: { shape: object }) => Object.keys(schema.shape)

/** The keys that may stand at a path below an entry: `''` is the entry itself. */
export const RULE_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': keysOf(ruleSchema),
  rows: keysOf(rows),
  orphans: ['table', 'columns', 'references'],
  'orphans.references': ['table', 'columns'],
  allowed: keysOf(allowed),
  required: keysOf(required),
  unique: keysOf(unique),
  json: keysOf(json),
  range: keysOf(range),
  same: ['source', 'target'],
  constraints: keysOf(constraints),
}

/** What to write where neither form of a rule with two was meant. */
export const RULE_FORMS: Readonly<Record<string, string>> = {
  orphans: 'Write `orphans: all`, or a map with table, columns and references',
  same: 'Write one SQL text for both sides, or a map with source and target',
}
