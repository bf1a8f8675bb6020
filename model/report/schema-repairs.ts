/** What was repaired since the run ended, as it stands in its report. */
import { z } from 'zod'
import { REPAIRS } from '../repair.ts'
import { verdict } from './schema-result.ts'
import { amount, at, optional, text, texts } from './schema-words.ts'

const counts = z.strictObject({ missing: amount, different: amount, surplus: amount })

export const repair = z.strictObject({
  at: at.describe('When it began'),
  kinds: z.array(z.enum(REPAIRS)).describe('What was consented to'),
  tables: z.array(
    z.strictObject({
      table: text,
      done: counts.describe('Rows written, overwritten and removed'),
      left: counts.describe('Rows that differ still'),
      verdict,
      reasons: texts.describe('Why rows were left'),
    }),
  ),
  undo: optional(text.describe('In the folder of the run: scripts that put the old rows back')),
})
