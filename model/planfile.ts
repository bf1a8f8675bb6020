/**
 * The user's plan file: what may stand in it. `parsePlanFile` of `planfile-parse.ts` reads one;
 * `docs/plan.schema.json` is made from the schema here.
 */
import { z } from 'zod'
import { GATES } from './control.ts'
import { JSON_SHAPES, SQL_DIALECTS } from './files/options.ts'
import { mappingKeys, mappingSchema } from './mapping/schema.ts'
import { BACKUPS, CONFLICTS, CONVERSIONS, HOW_BOUNDS, type PlanHow } from './plan.ts'
import { RULE_KEYS, ruleSchema } from './planfile-rules.ts'
import { parseType, TYPE_NAMES } from './type-text.ts'

/** Reports a mistake with the words for its remedy. */
function mistake(context: z.core.$RefinementCtx, input: unknown, message: string, remedy: string): void {
  context.addIssue({ code: 'custom', input, message, params: { remedy } })
}

const type = z
  .string()
  .transform((text, context) => {
    const parsed = parseType(text)
    if (parsed) return parsed
    mistake(context, text, 'this is no type that longhaul writes', 'TYPE')
    return z.NEVER
  })
  .describe(`A type as PostgreSQL spells it: ${TYPE_NAMES.join(', ')}; varchar(n), numeric(p,s)`)

const name = z.string().min(1)

/** A URL's password may stand in its authority or in its query. */
const PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]+@|^[a-z][a-z0-9+.-]*:.*[?&]password=[^&]/is

const endpoint = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    if (!PASSWORD.test(text)) return
    mistake(
      context,
      text,
      'a plan file is no place for a password',
      'Take it out and set PGPASSWORD or PGPASSFILE, or name a stored connection instead of the URL',
    )
  })

const accept = z.string().superRefine((text, context) => {
  if (/^[a-z][a-z0-9-]*(:.+)?$/s.test(text)) return
  mistake(context, text, 'this is no code of a finding', 'Write CODE, CODE:table.column or all-listed')
})

const onError = z
  .enum(['stop', 'quarantine', 'default'])
  .optional()
  .describe('What becomes of a row with a value that does not fit')

const onConflict = z
  .enum(CONFLICTS)
  .optional()
  .describe(
    'Rows whose key the target has already, where rows are added to those it has; overwrite is usual for upsert, fail for append',
  )

const columnSettings = z.strictObject({
  type: type.optional(),
  target: name.optional().describe('Name of the column in the target'),
  collation: name.optional().describe('How its texts are compared, as for all'),
  cast: z.enum(CONVERSIONS).optional().describe('How its values are changed before they are written'),
  on_error: onError,
  default: z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .optional()
    .describe("Written instead of what does not fit, with on_error: default; else the column's own default"),
})

const tableSettings = z
  .strictObject({
    skip: z.boolean().optional().describe('Leave this table out'),
    target: name.optional().describe('Name of the table in the target'),
    on_error: onError.describe('For all of its columns that say nothing themselves'),
    orphans: z
      .enum(['refuse', 'not-valid'])
      .optional()
      .describe('Rows whose foreign key finds no parent; not-valid: it binds new rows only'),
    on_conflict: onConflict,
    columns: z.record(name, columnSettings.nullable()).optional(),
  })
  // Also where the table has other mistakes, so that all are told at once: then anything may stand here.
  .superRefine(defaultsServe, { when: () => true })

type ColumnLines = Record<string, { on_error?: string; default?: unknown } | null>

/** A default is for values that do not fit; without the policy it would never be written. */
function defaultsServe(
  table: { on_error?: string | undefined; columns?: unknown },
  context: z.core.$RefinementCtx,
): void {
  for (const [column, set] of Object.entries((table?.columns ?? {}) as ColumnLines)) {
    if (set?.default === undefined || (set.on_error ?? table.on_error) === 'default') continue
    context.addIssue({
      code: 'custom',
      path: ['columns', column, 'default'],
      input: undefined,
      message: 'a default is only written where a value does not fit',
      params: { remedy: 'Add `on_error: default`, or take the default out' },
    })
  }
}

const within = (name: keyof PlanHow) => z.int().min(HOW_BOUNDS[name][0]).max(HOW_BOUNDS[name][1])

const how = z.strictObject({
  chunk_rows: within('chunkRows').optional().describe('Rows after which a chunk ends'),
  chunk_bytes: within('chunkBytes').optional().describe('Bytes after which a chunk ends'),
  tables: within('tables').optional().describe('Tables that are copied side by side'),
  lanes: within('lanes').optional().describe('Connections that copy one large table'),
})

const files = z
  .strictObject({
    delimiter: z.string().length(1).optional().describe('CSV: between fields; usually found out'),
    quote: z.string().length(1).optional().describe('CSV: around fields; usually "'),
    header: z.boolean().optional().describe('CSV: whether the first line has names; usually it has'),
    encoding: name.optional().describe('As in iso-8859-1, windows-1252, utf-16le; usually found out'),
    null: z.string().optional().describe('CSV: how NULL is spelled; usually an empty field without quotes'),
    shape: z.enum(JSON_SHAPES).optional().describe('JSON, when written; usually tables'),
    per: name.optional().describe('XLSX, when written: a workbook for each row of this table'),
    dialect: z.enum(SQL_DIALECTS).optional().describe('SQL, when written; usually sqlite'),
    escape_formulas: z.literal(true).optional().describe('No text is a formula to a spreadsheet'),
    dated: z.literal(true).optional().describe('Into a folder of their own, named by date and time'),
    scratch: endpoint.optional().describe('Server for a database that a dump is restored into meanwhile'),
  })
  .describe('How files are read and written')

/** The schema of the file as it is written; its output is not yet a `PlanFile`. */
export const planFileSchema = z.strictObject({
  version: z.literal(1),
  name: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional()
    .describe('Name of the run: letters, digits, _ . -'),
  reason: z.string().optional().describe('Why this is done; stands in the report'),
  operator: z.string().optional().describe('Who asks for it; stands in the report'),
  source: endpoint
    .optional()
    .describe('sqlite:FILE, postgresql://USER@HOST/DATABASE or the name of a connection'),
  target: endpoint
    .optional()
    .describe('postgresql://USER@HOST/DATABASE, the name of a connection, or sqlite:FILE'),
  schema: name.optional().describe('Schema of the target that the tables go to'),
  tables: z
    .union([z.array(name), z.record(name, tableSettings.nullable())])
    .optional()
    .describe('A list: only these tables. A map: settings by table, with all the others as usual'),
  exclude: z.array(name).optional().describe('Tables to leave out'),
  types: z.enum(['declared', 'inferred', 'optimized']).optional(),
  collation: name
    .optional()
    .describe(
      "How texts of new tables are compared: C (by bytes, as in SQLite; the usual), default (the database's own), or the name of a collation of the target",
    ),
  if_exists: z.enum(['refuse', 'use', 'append', 'replace', 'upsert']).optional(),
  on_conflict: onConflict,
  on_failure: z.enum(['keep', 'rollback']).optional(),
  backup: z
    .enum(BACKUPS)
    .optional()
    .describe('The way back for rows that the target has: what each table needs, also a dump, or none'),
  gates: z.array(z.enum(GATES)).optional().describe('Where the run waits until somebody approves'),
  accept: z.array(accept).optional().describe('Losses that are consented to: CODE or CODE:table.column'),
  busy_timeout: z
    .number()
    .min(0)
    .max(86_400)
    .optional()
    .describe('Seconds to wait where another program keeps the source locked'),
  how: how.optional(),
  vacuum: z
    .boolean()
    .optional()
    .describe('VACUUM (ANALYZE) of each table once its rows and indexes are there, instead of ANALYZE alone'),
  strict: z.boolean().optional().describe('New tables of SQLite are STRICT'),
  files: files.optional(),
  mapping: mappingSchema.optional(),
  rules: z.array(ruleSchema).optional().describe('What the target has to hold when all rows are there'),
})

/** The keys that may stand at a path, for "did you mean". */
export function keysAt(path: readonly (string | number)[]): readonly string[] {
  if (path.length === 0) return Object.keys(planFileSchema.shape)
  if (path[0] === 'rules') return RULE_KEYS[path.slice(2).join('.')] ?? []
  if (path[0] === 'mapping') return mappingKeys(path.slice(1))
  if (path[0] === 'how') return Object.keys(how.shape)
  if (path[0] === 'files') return Object.keys(files.shape)
  return Object.keys(path.length === 2 ? tableSettings.shape : columnSettings.shape)
}

/** The JSON Schema of the file, for editors: draft 2020-12. */
export function planFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(planFileSchema, { io: 'input' })
  return { $schema, title: 'longhaul plan file', ...schema }
}
