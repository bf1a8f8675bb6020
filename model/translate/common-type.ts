/** The types on which the branches of a query agree. */
import type { LogicalType } from '../types.ts'
import { type Translated, Untranslatable } from './scope.ts'

type Columns = readonly Pick<Translated, 'type' | 'empty'>[]

/**
 * `loose`: what the branches are, each for itself. Where the types of a column differ, all are translated again
 * with a type that holds the values of each; what is a literal adapts to it. Throws `Untranslatable`.
 */
export function agreeing<Branch>(
  columns: readonly Columns[],
  translate: (wants: (LogicalType | undefined)[]) => Branch[],
  loose: Branch[],
): Branch[] {
  const width = columns[0]!.length
  if (columns.some(({ length }) => length !== width))
    throw new Untranslatable('a compound SELECT whose branches have different numbers of columns')
  if (columns.length === 1) return loose
  const choices = Array.from({ length: width }, (_, i) => candidates(columns.map(branch => branch[i]!)))
  const isSettled = (type: LogicalType | undefined, i: number) =>
    JSON.stringify(type) === JSON.stringify(choices[i]![0]) && choices[i]!.length < 2
  if (columns.every(branch => branch.every(({ type }, i) => isSettled(type, i)))) return loose
  return firstThatFits(choices, translate)
}

/** Tries the types of one column after the other: the narrowest that takes the column in all branches. */
function firstThatFits<Branch>(
  choices: readonly LogicalType[][],
  translate: (wants: (LogicalType | undefined)[]) => Branch[],
): Branch[] {
  const chosen: (LogicalType | undefined)[] = choices.map(types => types[0])
  let refusal: unknown
  for (const [i, types] of choices.entries()) {
    if (types.length < 2) continue
    const fits = types.find(type => {
      const wants = choices.map((_, j) => (j === i ? type : undefined))
      try {
        return translate(wants).length > 0
      } catch (error) {
        if (!(error instanceof Untranslatable)) throw error
        refusal = error
        return false
      }
    })
    if (!fits) throw refusal
    chosen[i] = fits
  }
  return translate(chosen)
}

const NUMBERS = ['boolean', 'integer', 'float', 'numeric']

/** Types that might hold all of these, narrowest first; numbers beside texts become texts. */
function candidates(columns: Columns): LogicalType[] {
  const full = columns.filter(({ empty }) => !empty)
  const known = (full.length > 0 ? full : columns.slice(0, 1)).flatMap(({ type }) => type ?? [])
  const kinds = new Set(known.map(({ kind }) => kind))
  if (kinds.size === 0) return []
  if (kinds.size === 1) return [widest(known)]
  if ([...kinds].every(kind => NUMBERS.includes(kind))) return numbers(kinds)
  const special = known.find(({ kind }) => kind !== 'text')
  if (kinds.size === 2 && kinds.has('text') && special && !NUMBERS.includes(special.kind)) return [special]
  if (kinds.has('text') && [...kinds].every(kind => kind === 'text' || NUMBERS.includes(kind)))
    return [{ kind: 'text' }]
  throw new Untranslatable(`a column that is ${[...kinds].join(' in one row and ')} in another`)
}

function numbers(kinds: ReadonlySet<LogicalType['kind']>): LogicalType[] {
  const wide: LogicalType = kinds.has('float')
    ? { kind: 'float', bits: 64 }
    : kinds.has('numeric')
      ? { kind: 'numeric' }
      : { kind: 'integer', bits: 64 }
  return kinds.has('boolean') ? [{ kind: 'boolean' }, wide] : [wide]
}

function widest(types: readonly LogicalType[]): LogicalType {
  const [first] = types as [LogicalType]
  const isSame = types.every(type => JSON.stringify(type) === JSON.stringify(first))
  if (isSame) return first
  switch (first.kind) {
    case 'text':
    case 'numeric':
      return { kind: first.kind }
    case 'integer':
    case 'float':
      return { kind: first.kind, bits: 64 }
    default:
      throw new Untranslatable('a column whose branches are times or documents of different types')
  }
}
