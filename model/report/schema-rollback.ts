/** The report of a rollback, as it stands in the report of its run. */
import { z } from 'zod'
import { amount, at, host, optional, text, texts } from './schema-words.ts'

const dump = z.strictObject({ path: text, host, bytes: amount, sha256: text })

const check = z.strictObject({
  safe: z.boolean(),
  loses: z.boolean(),
  refusals: texts,
  warnings: texts,
  tables: z.array(
    z.strictObject({
      name: text,
      target: text,
      written: amount,
      rows: amount,
      before: amount.nullable(),
      goes: amount,
      lost: amount,
      changed: z.boolean(),
    }),
  ),
  more: amount,
  sessions: optional(amount),
  dropped: optional(texts),
  already: optional(text),
  state: text,
})

export const rollbackSchema = z
  .strictObject({
    run: text,
    name: text,
    target: z.strictObject({ kind: z.literal('postgres'), connection: text, schema: text }),
    scope: z.strictObject({
      kind: z.enum(['all', 'rows', 'data', 'database']),
      tables: optional(texts),
      where: optional(text),
    }),
    startedAt: at,
    endedAt: at,
    host,
    by: optional(text),
    comment: optional(text),
    check,
    backedUp: z.strictObject({ backup: optional(dump), text }),
    outcome: z.strictObject({ undone: amount, rows: amount, verified: texts, differences: texts }),
    dumps: optional(z.array(dump)),
    get earlier() {
      return optional(z.array(rollbackSchema))
    },
  })
  .describe('How the run, or a part of it, was taken back')
