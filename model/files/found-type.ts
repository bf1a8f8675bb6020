/** The type of a column of files: the narrowest that has every cell as it is spelled. */
import { type CellForm, formsIn, type Tally } from './tally.ts'

export type FoundKind =
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'json'
  | 'bytes'
  | 'text'
  /** Texts and what is none: each cell stays what it is. */
  | 'mixed'

export interface FoundType {
  kind: FoundKind
  /** As SQLite is told it: of an affinity that changes no cell of the kind. */
  declared: string
  /** Some are NULL. */
  nulls: boolean
}

/** Each set of forms has a kind; the first that holds all forms of a column is its own. */
const KINDS: [FoundKind, readonly CellForm[]][] = [
  ['boolean', ['boolean', 'truth']],
  ['integer', ['whole', 'digits']],
  ['decimal', ['digits', 'decimal']],
  ['float', ['digits', 'decimal', 'exponent']],
  ['float', ['whole', 'real']],
  ['date', ['date']],
  ['time', ['time']],
  ['timestamp', ['timestamp']],
  ['timestamptz', ['instant']],
  ['uuid', ['uuid']],
  ['json', ['json']],
  ['bytes', ['bytes']],
  [
    'text',
    ['text', 'truth', 'digits', 'decimal', 'exponent', 'date', 'time', 'timestamp', 'instant', 'uuid'],
  ],
]

export function foundType(tally: Tally): FoundType {
  const nulls = (tally.counts.null ?? 0) > 0
  const forms = formsIn(tally)
  // A double would round the digits of a number that was spelled out.
  const kinds = KINDS.filter(([kind]) => kind !== 'float' || !tally.long)
  const kind =
    forms.length === 0 ? 'text' : (kinds.find(([, all]) => forms.every(f => all.includes(f)))?.[0] ?? 'mixed')
  return { kind, declared: declaredAs(kind, tally), nulls }
}

/** What `model/declared-type.ts` reads as the kind. */
export function declaredAs(kind: FoundKind, tally: Tally): string {
  switch (kind) {
    case 'decimal':
      return decimal(tally)
    case 'float':
      return tally.wide ? 'NUMERIC' : 'REAL'
    case 'bytes':
      return 'BLOB'
    case 'mixed':
      return ''
    default:
      return kind.toUpperCase()
  }
}

const DIGITS_OF_DOUBLE = 15

/** SQLite's own numbers where they lose no digit, texts elsewhere. */
function decimal({ long, whole, scale }: Tally): string {
  if (long || whole + scale.max > DIGITS_OF_DOUBLE) return 'DECIMAL_TEXT'
  return scale.min === scale.max ? `NUMERIC(${DIGITS_OF_DOUBLE},${scale.max})` : 'NUMERIC'
}
