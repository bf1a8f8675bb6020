/** What several parts of the report's schema are made of. */
import { z } from 'zod'

export const text = z.string()
export const texts = z.array(text)
/** Rows, bytes and other things that are counted. */
export const amount = z.number().min(0)
export const at = z.iso.datetime()
export const host = text.describe('The machine that has the files')

/** Left out, and never null or undefined. */
export const optional = <T extends z.ZodType>(type: T) => z.exactOptional(type)

export const severity = z.enum(['refused', 'consent', 'incomplete', 'warning', 'note'])

export const finding = z.strictObject({
  code: text,
  severity,
  object: text,
  message: text,
  remedy: optional(text),
})
