/** Numbers in SQLite: exact decimals where its own numbers lose no digit, texts elsewhere. */
import type { TypeShape } from '../postgres-schema.ts'
import { type About, type Carried, plain } from './carried.ts'

/** Any decimal of so many digits comes back from a double of 64 bits as it was. */
const DIGITS_OF_DOUBLE = 15
/** Any whole number of so many digits fits into 64 bits. */
const DIGITS_OF_INTEGER = 18

export function numbers(
  { column, strict }: About,
  { precision, scale = 0 }: Extract<TypeShape, { kind: 'base' }>,
): Carried {
  const type = { kind: 'numeric' as const, ...(precision !== undefined && { precision, scale }) }
  // A scale below 0 counts zeros before the point: PostgreSQL 15 has it.
  const whole = precision === undefined ? 0 : precision - Math.min(scale, 0)
  const isExact = whole <= (scale <= 0 ? DIGITS_OF_INTEGER : DIGITS_OF_DOUBLE) && scale <= whole
  // In a STRICT table only texts hold NaN, which any numeric may be.
  if (precision === undefined || !isExact || (strict && column.facts?.nan)) return asText(type, column.type)
  return plain(
    scale < 0 ? { kind: 'numeric' } : type,
    `NUMERIC(${whole},${Math.max(scale, 0)})`,
    'decimal',
    scale <= 0 ? 'whole numbers' : 'decimals that a float has exactly',
  )
}

function asText(type: Carried['type'], printed: string): Carried {
  return {
    ...plain(type, 'TEXT', 'digits', 'decimals as texts, as a float would lose digits'),
    findings: [
      {
        code: 'numeric-as-text',
        severity: 'warning',
        message: `${printed} becomes text, as SQLite's numbers would lose digits: it sorts as text, and computing with it rounds`,
        remedy: 'Where 15 digits are enough, make it numeric(15,s) in the source',
      },
    ],
  }
}

/** SQLite makes NULL of NaN. */
export function finiteFloats({ column, source, dropsNaN }: About, bits: 32 | 64): Carried {
  const carried = plain({ kind: 'float', bits }, 'REAL', 'float', 'floats')
  const { nan, negativeZero } = column.facts ?? {}
  if (negativeZero)
    carried.findings.push({
      code: 'negative-zero',
      severity: 'note',
      message: 'it holds -0, which SQLite keeps as 0',
    })
  if (!nan) return carried
  const message = 'it holds NaN, which SQLite does not have'
  if (column.notNull)
    return {
      ...carried,
      findings: [
        ...carried.findings,
        {
          code: 'nan-not-null',
          severity: 'refused',
          message: `${message}, and it says NOT NULL`,
          remedy: 'Give these rows a number in the source, or leave the table out',
        },
      ],
    }
  return {
    ...carried,
    ...(dropsNaN && { read: `NULLIF(${source}, 'NaN')` }),
    findings: [
      ...carried.findings,
      { code: 'nan-to-null', severity: 'consent', message: `${message}: it becomes NULL` },
    ],
  }
}
