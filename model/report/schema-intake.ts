/** The part of the report's schema about files and mapped rows. */
import { z } from 'zod'
import { amount, optional, text } from './schema-words.ts'

const file = z.strictObject({
  file: text,
  state: z.enum(['done', 'failed']),
  rows: amount,
  rejected: amount,
  error: optional(text),
})

const table = z
  .strictObject({
    table: text.describe('In the target'),
    ...{ read: amount, filtered: amount, duplicates: amount, rejected: amount },
    written: amount.describe('Into what the run reads from then on'),
  })
  .describe('read = filtered + duplicates + rejected + written')

export const intake = z
  .strictObject({
    files: z.array(file),
    tables: z.array(table),
    rejected: z.array(z.strictObject({ table: text, rule: text, reason: text, rows: amount })),
  })
  .describe('Files, and rows that were mapped')
