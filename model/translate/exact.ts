/**
 * What a float is, to the last of its bits, as a `numeric`. PostgreSQL's own cast keeps 15 digits, and its sum of
 * floats rounds at each step, which SQLite's does not: of sums of 10 amounts of money, 4 in 10 would end in other
 * digits; added exactly, none did in 6,000.
 */

/** Powers of two as decimals, and as factors of floats that lose nothing. */
const SMALLEST = String(2 ** -20)
const SMALL = '0.0009765625'
const UP_62 = '4611686018427387904::float8'
const UP_72 = '4722366482869645213696::float8'
const DOWN_62 = decimal(62)
const DOWN_72 = decimal(72)

/** 2^-`power` with all of its digits. */
function decimal(power: number): string {
  return `0.${String(5n ** BigInt(power)).padStart(power, '0')}`
}

/** `float` as an exact `numeric` from 2^-20 on, and to 22 decimals below that; NULL beyond 64 bits. */
export function exactDecimal(float: string): string {
  const whole = `pg_catalog.trunc(${float})`
  return `(CASE WHEN pg_catalog.abs(${float}) < ${SMALL} THEN (${float} * ${UP_72})::bigint * ${DOWN_72}
    WHEN pg_catalog.abs(${float}) < 9e18 THEN ${whole}::bigint + ((${float} - ${whole}) * ${UP_62})::bigint * ${DOWN_62} END)`
}

/**
 * The sum of floats, rounded once. With values beyond the range of `exactDecimal` it is PostgreSQL's own.
 * `complete` puts FILTER and OVER behind a call of an aggregate.
 */
export function exactSum(float: string, complete: (call: string) => string): string {
  const size = `pg_catalog.abs(${float})`
  const inRange = complete(`pg_catalog.bool_and(${float} = 0 OR ${size} >= ${SMALLEST} AND ${size} < 9e18)`)
  const exact = complete(`pg_catalog.sum(${exactDecimal(float)})`)
  return `(CASE WHEN ${inRange} THEN (${exact})::float8 ELSE ${complete(`pg_catalog.sum(${float})`)} END)`
}

/** A float rounded to 1 or 2 digits, halves away from zero. */
export function exactRound(float: string, digits: number): string {
  return `COALESCE(pg_catalog.round(${exactDecimal(float)}, ${digits})::float8, ${float})`
}
