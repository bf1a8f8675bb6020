/** A mapping in the user's plan file: how it is written. `read.ts` makes a `Mapping` of it. */
import { z } from 'zod'
import { CASTS } from './mapping.ts'

const name = z.string().min(1)
const names = z.array(name).min(1)
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const yes = z.literal(true)

/** Adds a mistake with the words for its remedy. */
function mistake(context: z.core.$RefinementCtx, path: string[], message: string, remedy: string): void {
  context.addIssue({ code: 'custom', path, input: undefined, message, params: { remedy } })
}

const valueMap = z.record(z.string(), scalar)

const lookup = z.strictObject({
  in: z
    .union([name, z.strictObject({ source: name }), z.strictObject({ file: name }), valueMap])
    .describe('A table of the target; {source: TABLE}; {file: FILE.csv}; or a map of values'),
  match: name.optional().describe('Column that the value is looked up in'),
  give: name.optional().describe('Column that the value is taken from'),
})

const salt = z.strictObject({ env: name.optional(), file: name.optional() })

const hash = z
  .union([z.literal('sha256'), z.strictObject({ algorithm: z.literal('sha256'), salt: salt.optional() })])
  .describe('The value is exchanged for its hash, in hex')

const password = z
  .strictObject({
    length: z.int().min(8).max(72).optional().describe('Characters; usually 16'),
    hash: z.literal('bcrypt').optional(),
    cost: z.int().min(4).max(16).optional().describe('Of bcrypt; usually 10'),
  })
  .describe('A password by chance for each row: its hash is written, itself only in a file of the run')

/** Where a value begins: one of these. */
const ORIGINS = ['from', 'concat', 'expression', 'constant', 'generate', 'password', 'of'] as const

const column = z
  .strictObject({
    from: name.optional().describe('Column of the source'),
    concat: names.optional().describe('Columns of the source, one after the other'),
    separator: z.string().optional().describe('Between those'),
    expression: name.optional().describe('In CEL, over the columns of the source'),
    constant: scalar.optional(),
    generate: yes.optional().describe("The target's own number for each row, or a UUID by chance"),
    password: password.optional(),
    of: name.optional().describe('With column: the table of `with`'),
    column: name.optional().describe('Its column'),
    split: z.string().min(1).optional().describe('Text that parts the value'),
    part: z.int().optional().describe('Which part: 1 is the first, -1 the last'),
    trim: yes.optional().describe('Without blanks at both ends'),
    values: valueMap.optional().describe('What each value becomes'),
    lookup: z
      .union([lookup, z.array(lookup).min(1)])
      .optional()
      .describe(
        'The value is exchanged for that of a row with it; in a list, what one gives is looked up in the next',
      ),
    otherwise: scalar.optional().describe('For all other values; usually such rows are rejected'),
    date: name.optional().describe('How its dates and times are written, as in DD.MM.YYYY HH:mm'),
    zone: name.optional().describe('Time zone of times that name none, as in Europe/Berlin'),
    default: scalar.optional().describe('Where there is no value'),
    cast: z.enum(CASTS).optional(),
    hash: hash.optional(),
    mask: yes.optional().describe('Letters and digits are hidden'),
    required: yes.optional().describe('Rows without a value are rejected'),
  })
  .superRefine(beginsOnce)

type WrittenColumn = {
  [key: string]: unknown
  generate?: true | undefined
  password?: unknown
}

function beginsOnce(written: WrittenColumn, context: z.core.$RefinementCtx): void {
  const origins = ORIGINS.filter(origin => written[origin] !== undefined)
  if (origins.length === 0)
    mistake(context, [], 'it is not said where the value comes from', `Use one of ${ORIGINS.join(', ')}`)
  if (origins.length > 1)
    mistake(context, [], `the value comes from ${origins.join(' and from ')}`, 'Keep one of them')
  for (const [part, whole] of BELONGS)
    if (written[part] !== undefined && written[whole[0]!] === undefined && !has(written, whole))
      mistake(
        context,
        [part],
        `${part} says nothing without ${whole.join(' or ')}`,
        'Add it, or take this out',
      )
  for (const [one, other] of [
    ['of', 'column'],
    ['split', 'part'],
  ] as const)
    if (written[one] !== undefined && written[other] === undefined)
      mistake(context, [one], `${one} needs ${other}`, `Add \`${other}:\``)
}

const has = (written: WrittenColumn, keys: readonly string[]) => keys.some(key => written[key] !== undefined)

/** What only means something beside another key. */
const BELONGS: readonly (readonly [string, readonly string[]])[] = [
  ['separator', ['concat']],
  ['column', ['of']],
  ['part', ['split']],
  ['otherwise', ['values', 'lookup']],
]

const dedupe = z
  .strictObject({
    on: names.describe('Columns of the source; rows that are the same in them are one'),
    keep: z.enum(['first', 'last']).describe('Which of them'),
    by: name.optional().describe('In the order of this column; usually in that of the source'),
  })
  .describe('Of rows that are the same one is kept; the others are counted')

const from = z.union([name, names, z.strictObject({ select: name }), z.strictObject({ file: name })])

const entry = z.strictObject({
  from: from.describe(
    'A table of the source, several with the same columns, {select: QUERY} over them, or {file: FILE.csv}',
  ),
  where: name.optional().describe('A condition in CEL over the columns of the source'),
  key: names.optional().describe('Columns by which messages name a row'),
  dedupe: dedupe.optional(),
  with: name
    .optional()
    .describe('Another table that gets rows from the same source: each row goes with one there'),
  each: name.optional().describe('A column with JSON arrays: a row for each of their elements'),
  columns: z
    .record(name, z.union([name, column]))
    .describe('By column of the target: a column of the source, or a map that says more'),
  drop: z.array(name).optional().describe('Columns of the source that are left out on purpose'),
})

/** By table of the target. */
export const mappingSchema = z
  .record(name, z.union([entry, z.array(entry).min(1)]))
  .describe('Which rows and columns of the target come from where, by table of the target')

export type WrittenMapping = z.output<typeof mappingSchema>
export type WrittenEntry = z.output<typeof entry>
export type WrittenLookup = z.output<typeof lookup>
export type WrittenMappedColumn = z.output<typeof column>

const keysOf = (schema: { shape: object }) => Object.keys(schema.shape)

/** The keys that may stand at a path below `mapping`, numbers of entries left out. */
export function mappingKeys(path: readonly (string | number)[]): readonly string[] {
  const [, part, , detail, inner] = path.filter(p => typeof p === 'string')
  if (part === undefined) return keysOf(entry)
  if (part === 'dedupe') return keysOf(dedupe)
  if (part === 'from') return ['select', 'file']
  if (detail === undefined) return keysOf(column)
  if (detail === 'lookup') return inner === 'in' ? ['source', 'file'] : keysOf(lookup)
  if (detail === 'password') return keysOf(password)
  return inner === 'salt' ? keysOf(salt) : ['algorithm', 'salt']
}
