/**
 * What both engines can count of a column in SQL, with none of our readers in between: an error that reader, encoder and
 * digest had in common would show here.
 */
import type { ColumnFacts, TableFacts } from './assessment.ts'
import { isCompared } from './conforming.ts'
import type { ColumnPlan, TablePlan } from './plan.ts'

/**
 * `values`: how many are not NULL · `characters`, `bytes`: of all of them · `least`, `greatest`: of whole numbers ·
 * `true`: how many are.
 */
export type Measure = 'values' | 'characters' | 'bytes' | 'least' | 'greatest' | 'true'

/** A column with what is counted of it. */
export interface Measured {
  column: ColumnPlan
  measures: Measure[]
}

/** Columns whose values are written as they are; of others the engines would count something else. */
export function measured(table: TablePlan, facts: TableFacts): Measured[] {
  return table.columns
    .filter(column => !column.conversion && !column.generated && isCompared(table, column))
    .map(column => {
      const known = facts.columns.find(({ name }) => name === column.name)
      return { column, measures: known ? ['values', ...more(column, known)] : ['values'] }
    })
}

function more({ type }: ColumnPlan, { counts, unfit }: ColumnFacts): Measure[] {
  const { integer, real, text, blob } = counts
  // SQLite counts the characters of a text up to the first NUL, and prints REALs in its own way.
  if (type.kind === 'text') return real + blob + unfit.nul + unfit.invalidUtf8 === 0 ? ['characters'] : []
  if (type.kind === 'bytes') return integer + real + text === 0 ? ['bytes'] : []
  if (real + text + blob > 0) return []
  if (type.kind === 'integer') return ['least', 'greatest']
  return type.kind === 'boolean' ? ['true'] : []
}

/** What an engine has counted, in the order of the measures, as text; absent: there is nothing to count. */
export type Counted = (string | null)[]

/** The first measure in which the engines disagree, in words and without values of rows. */
export function disagreement(
  columns: readonly Measured[],
  source: Counted,
  target: Counted,
): string | undefined {
  let at = 0
  for (const { column, measures } of columns)
    for (const measure of measures) {
      if (source[at] !== target[at]) return `${WORDS[measure]} of column "${column.name}"`
      at++
    }
  return undefined
}

const WORDS: Record<Measure, string> = {
  values: 'the number of values',
  characters: 'the number of characters',
  bytes: 'the number of bytes',
  least: 'the least value',
  greatest: 'the greatest value',
  true: 'the number of true values',
}
