/** The part of the report's schema that says what was asked for. */
import { z } from 'zod'
import { FILE_FORMATS } from '../files/options.ts'
import { host, optional, text, texts } from './schema-words.ts'

const server = { connection: text.describe('Without a password'), schema: text }
const sqlite = z.strictObject({ kind: z.literal('sqlite'), path: text, host })
const origin = z.strictObject({ kind: z.literal('postgres'), ...server, host })
const files = z.strictObject({
  kind: z.literal('files'),
  format: z.enum(FILE_FORMATS),
  path: text,
  host,
  options: z.looseObject({}).describe('As in `files` of a plan file'),
})
const staged = z
  .strictObject({
    kind: z.literal('staged'),
    path: text,
    host,
    of: z.discriminatedUnion('kind', [sqlite, origin, files]),
  })
  .describe('Laid down in the folder of the run first')

export const request = z
  .looseObject({
    source: z.discriminatedUnion('kind', [sqlite, origin, staged]),
    target: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('postgres'), ...server }),
      sqlite,
      files,
    ]),
    scope: z.enum(['all', 'schema', 'data', 'check']),
    accept: texts,
    exclude: texts,
    reason: optional(text),
    operator: optional(text),
  })
  .describe('What was asked for: the command line over the plan file')
