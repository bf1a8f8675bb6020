/** How a run ended, as it stands in its report. */
import { z } from 'zod'
import { GATES } from '../control.ts'
import { amount, at, finding, host, optional, text, texts } from './schema-words.ts'

export const verdict = z.enum(['equal', 'different', 'not checked'])

const files = z.strictObject({
  markdown: text,
  json: text,
  html: optional(text),
  assessment: optional(text.describe('Has examples by key')),
  leftOut: optional(text.describe('SQL of what the target does not have')),
  quarantine: optional(text.describe('Rows that were not written')),
  altered: optional(text.describe('Original values of rows that were written with another one')),
  host,
})

const event = z.strictObject({
  at,
  kind: z.enum(['pause', 'resume', 'throttle', 'skip', 'retry', 'approve', 'reject', 'edit']),
  object: optional(text.describe('A table, a gate')),
  by: optional(text),
  comment: optional(text),
  detail: optional(text),
})

const signOff = z.strictObject({
  gate: z.enum(GATES),
  decision: z.enum(['approved', 'rejected']),
  by: text,
  comment: optional(text),
  at,
})

export const result = z.strictObject({
  run: z.uuid(),
  name: text,
  state: text.describe('done, done with differences, failed, rolled back, cancelled …'),
  exit: z.int().describe('Exit status, as in docs/exit-status.md'),
  verdict,
  rows: amount,
  tables: amount,
  differences: texts,
  findings: z.array(finding).describe('Those that decided about the end'),
  planHash: optional(text),
  events: optional(z.array(event).describe('What operators did')),
  signOffs: optional(z.array(signOff).describe('Decisions at gates')),
  report: optional(files),
  message: optional(text),
})
