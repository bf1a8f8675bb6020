/**
 * The published form of the report as JSON; `docs/report.schema.json` is made from it. What a run writes is held
 * against it by tests; reports of earlier versions, and of later ones, are read all the same.
 */
import { z } from 'zod'
import { RULES } from '../rules.ts'
import { STEPS } from '../run.ts'
import { intake } from './schema-intake.ts'
import { repair } from './schema-repairs.ts'
import { request } from './schema-request.ts'
import { result, verdict } from './schema-result.ts'
import { rollbackSchema } from './schema-rollback.ts'
import { amount, at, finding, optional, severity, text, texts } from './schema-words.ts'

const located = z
  .strictObject({
    missing: amount,
    surplus: amount,
    different: amount,
    columns: z.array(z.strictObject({ name: text, rows: amount })),
    listed: amount,
    file: text.describe('In the folder of the run, with keys and values'),
  })
  .describe('Which rows differ')

const reportTable = z
  .strictObject({
    name: text.describe('In the source'),
    target: text.describe('Schema in the target'),
    state: optional(text),
    expected: amount.describe('Rows of the source'),
    read: amount,
    written: amount,
    skipped: amount,
    quarantined: amount,
    altered: amount.describe('Among the written ones: a value was replaced by consent'),
    counted: amount.describe('Rows of the run in the target'),
    sourceDigest: text,
    targetDigest: text,
    verdict,
    seconds: z.number(),
    bytes: amount,
    chunks: optional(amount),
    chunksDone: optional(amount),
    startedAt: optional(at),
    endedAt: optional(at),
    error: optional(text),
    located: optional(located),
    note: optional(text.describe('What is to be known and is no difference')),
    returned: optional(
      z
        .array(z.strictObject({ name: text, why: text }))
        .describe('With --round-trip: columns whose values would not come back as they were'),
    ),
  })
  .describe('read = written + skipped + quarantined')

const step = z.strictObject({
  name: z.enum(STEPS),
  state: z.enum(['pending', 'running', 'done', 'failed', 'skipped']),
  startedAt: optional(at),
  endedAt: optional(at),
  detail: optional(text),
})

const view = z.strictObject({
  name: text,
  verdict: z.enum(['equal', 'different', 'not compared']),
  sourceRows: optional(amount),
  targetRows: optional(amount),
  reason: optional(text),
})

const rule = z.strictObject({
  name: text,
  kind: z.enum(RULES),
  verdict: z.enum(['holds', 'broken', 'not checked', 'left out']),
  rows: optional(amount.describe('Rows that break it')),
  reason: optional(text),
})

const compared = z
  .strictObject({
    differences: z.array(finding).describe('Those that were accepted as well'),
    counts: z.array(
      z.strictObject({
        kind: text,
        expected: amount.describe('In the plan'),
        found: amount.describe('In the target, others among them'),
      }),
    ),
    notCompared: texts,
  })
  .describe('Keys, indexes, rules and sequences of tables against the plan')

const index = z.strictObject({
  name: text,
  method: text,
  keys: texts.describe('Columns and expressions in SQL of the target'),
  where: optional(text),
  unique: z.boolean(),
  valid: z.boolean(),
  bytes: amount,
})

const standing = z.strictObject({
  databaseBytes: amount,
  tables: z.array(
    z.strictObject({
      schema: text,
      name: text,
      rows: optional(amount.describe('Absent where nobody counted')),
      bytes: amount.describe('With TOAST and indexes'),
      indexBytes: amount,
      indexes: z.array(index),
      notValid: z
        .array(z.strictObject({ kind: z.enum(['check', 'foreign key']), name: text }))
        .describe('Constraints that bind new rows only'),
    }),
  ),
})

export const reportSchema = z.strictObject({
  version: z.literal(1),
  headline: z
    .strictObject({ tone: z.enum(['good', 'warn', 'bad', 'plain']), title: text, text })
    .describe('The verdict in words'),
  mode: optional(z.enum(['full', 'preflight', 'check']).describe('How far the run was to go')),
  result,
  tables: z.array(reportTable).describe('The balance sheet'),
  steps: z.array(step),
  request,
  findings: z.array(finding),
  consents: z
    .array(
      z.strictObject({
        code: text,
        severity,
        objects: texts,
        message: text,
        given: texts.describe('The words that accepted it'),
      }),
    )
    .describe('Losses that were accepted'),
  leftOut: z
    .array(z.strictObject({ kind: text, name: text, sql: text, reason: text }))
    .describe('What could not be translated'),
  views: z.array(view),
  schema: optional(compared),
  rules: optional(z.array(rule).describe('What the plan asks of the target')),
  snapshot: optional(
    z.strictObject({
      how: text,
      bytes: amount,
      seconds: z.number(),
      since: optional(text.describe('What became of the source after it')),
    }),
  ),
  intake: optional(intake),
  failure: optional(text),
  skippedTables: optional(texts.describe('Left out by an operator')),
  setAside: optional(texts.describe('SQL that gives up for good what was replaced')),
  touched: z.boolean().describe('Whether anything was written to the target'),
  pace: optional(
    z
      .strictObject({
        began: at,
        secondsPerPoint: z.number(),
        rows: z.array(amount),
        bytes: z.array(amount),
      })
      .describe('Rows and bytes that were committed, in equal stretches of time'),
  ),
  objects: optional(z.array(z.strictObject({ kind: text, made: amount, failed: amount }))),
  baseline: optional(
    z
      .strictObject({ before: optional(standing), after: optional(standing) })
      .describe('The target before the first write, and at the end'),
  ),
  notChecked: texts.describe('What the verdict says nothing about'),
  wayBack: z.strictObject({
    possible: z.boolean(),
    text,
    command: optional(text),
    check: optional(text.describe('The command that says first what would be lost')),
    prepared: optional(text),
  }),
  repairs: optional(z.array(repair).describe('What was repaired since the run ended')),
  takenBack: optional(
    z
      .strictObject({ run: text, at, whole: z.boolean(), differences: amount })
      .describe('What became of the run since'),
  ),
  rollback: optional(rollbackSchema),
})

/** As a JSON Schema document. */
export function reportJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(reportSchema, { io: 'input' })
  return { $schema, title: 'longhaul report', ...schema }
}
