/** Declarations with values. */
import fc from 'fast-check'
import { POOLS } from './random-values.ts'

/** Declarations, each with the pools that its values mostly come from. */
const DECLARED: readonly [string, (keyof typeof POOLS)[]][] = [
  ['INTEGER', ['NUMBERS']],
  ['INT', ['NUMBERS', 'WIDEST']],
  ['BIGINT', ['WIDEST']],
  ['TINYINT(1)', ['BOOLEANS']],
  ['UNSIGNED BIG INT', ['NUMBERS']],
  ['REAL', ['REALS']],
  ['DOUBLE PRECISION', ['REALS', 'STRANGE']],
  ['FLOAT', ['NUMBERS', 'REALS']],
  ['NUMERIC', ['NUMBERS', 'REALS', 'NUMERALS']],
  ['DECIMAL(10,2)', ['NUMBERS', 'REALS']],
  ['NUMERIC(40,20)', ['NUMERALS']],
  ['TEXT', ['TEXTS']],
  ['TEXT', ['TEXTS', 'NUMERALS', 'JSONS']],
  ['VARCHAR(5)', ['TEXTS']],
  ['CHAR(3)', ['TEXTS']],
  ['CLOB', ['TEXTS']],
  ['BLOB', ['BLOBS']],
  ['BLOB', ['BLOBS', 'TEXTS']],
  ['', ['NUMBERS', 'TEXTS']],
  ['', ['BLOBS', 'REALS']],
  ['', ['NUMBERS', 'REALS', 'WIDEST']],
  ['ANYTHING', ['NUMBERS']],
  ['BOOLEAN', ['BOOLEANS']],
  ['DATE', ['DATES']],
  ['TIME', ['TIMES']],
  ['DATETIME', ['MOMENTS']],
  ['TIMESTAMP', ['INSTANTS']],
  ['TIMESTAMP', ['MOMENTS', 'INSTANTS']],
  ['TIMESTAMPTZ', ['INSTANTS', 'OFFSETS']],
  ['DATETIME', ['EPOCHS']],
  ['JSON', ['JSONS']],
  ['UUID', ['UUIDS']],
  ['INET', ['ADDRESSES']],
]
const STRICT: typeof DECLARED = [
  ['INTEGER', ['NUMBERS', 'WIDEST']],
  ['REAL', ['REALS', 'NUMBERS']],
  ['TEXT', ['TEXTS', 'NUMERALS']],
  ['BLOB', ['BLOBS']],
  ['ANY', ['TEXTS', 'NUMBERS', 'REALS']],
]

export interface RandomType {
  declared: string
  /** Values as SQL. */
  values: readonly string[]
}

/** A declaration with values: mostly a few that suit it, sometimes all of its pools, sometimes any value at all. */
export const anyType = (strict: boolean): fc.Arbitrary<RandomType> =>
  fc
    .record({
      of: fc.constantFrom(...(strict ? STRICT : DECLARED)),
      few: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 3 }),
      seed: fc.nat(1000),
      nulls: fc.boolean(),
      others: fc.oneof(
        { weight: 7, arbitrary: fc.constant('NONE') },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(POOLS)) },
      ),
    })
    .map(({ of: [declared, pools], few, seed, nulls, others }) => {
      const all = pools.flatMap(pool => POOLS[pool]!)
      const chosen =
        few === undefined ? all : Array.from({ length: few }, (_, i) => all[(seed + i) % all.length]!)
      const misfit = POOLS[others]![seed % POOLS[others]!.length]!
      return {
        declared,
        values: [...chosen, ...(misfit === 'NULL' ? [] : [misfit]), ...(nulls ? ['NULL'] : [])],
      }
    })
