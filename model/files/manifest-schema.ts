/** Reads a manifest that may have come from anywhere. */
import { z } from 'zod'
import type { Manifest } from './manifest.ts'
import { FILE_FORMATS, type FileOptions, JSON_SHAPES, SQL_DIALECTS } from './options.ts'

/** A bare name: nothing that leads out of the manifest's own folder. */
const fileName = z
  .string()
  .min(1)
  .refine(name => !/[/\\\0]/.test(name) && name !== '.' && name !== '..', 'leads out of its folder')

const options = z.object({
  delimiter: z.string().optional(),
  quote: z.string().optional(),
  header: z.boolean().optional(),
  encoding: z.string().optional(),
  null: z.string().optional(),
  shape: z.enum(JSON_SHAPES).optional(),
  per: z.string().optional(),
  dialect: z.enum(SQL_DIALECTS).optional(),
  escapeFormulas: z.literal(true).optional(),
  dated: z.literal(true).optional(),
})

const rows = z.number().int().nonnegative()

const manifest = z.object({
  longhaul: z.literal('files'),
  version: z.literal(1),
  format: z.enum(FILE_FORMATS),
  options: options.transform(given => given as FileOptions),
  run: z.string(),
  takenAt: z.string(),
  tables: z.array(
    z.object({
      name: z.string(),
      sql: z.string(),
      columns: z.array(z.object({ name: z.string(), declared: z.string() })),
      rows,
    }),
  ),
  after: z.array(z.string()),
  files: z.array(
    z.object({
      file: fileName,
      rows: z.record(z.string(), rows),
      bytes: rows,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})

/** The manifest, or what is wrong with it in words. */
export function parseManifest(value: unknown): Manifest | string {
  const { success, data, error } = manifest.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is no manifest'}`
}
