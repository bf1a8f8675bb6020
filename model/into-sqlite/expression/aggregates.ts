/** Aggregates that are exact in both engines. */
import { comparable } from './compare.ts'
import { refuse, type Value } from './value.ts'

/** `count(*)`, `sum` … ; undefined where the name is of no aggregate that is known. */
export function aggregate(name: string, distinct: boolean, given: Value[]): Value | undefined {
  if (name === 'count(*)') return { sql: 'count(*)', holds: 'integer' }
  const [value, ...rest] = given
  if (!value || rest.length > 0) return undefined
  switch (name) {
    case 'count':
      return { sql: `count(${distinctly(distinct, value)})`, holds: 'integer' }
    case 'min':
    case 'max':
      comparable('<', value, value)
      return value.holds === 'digits' ? refuse(`${name}() of decimals held as texts`) : sameAs(name, value)
    case 'bool_and':
    case 'every':
      return value.holds === 'boolean' ? sameAs('min', value) : undefined
    case 'bool_or':
      return value.holds === 'boolean' ? sameAs('max', value) : undefined
    case 'sum':
      // Of floats and decimals SQLite has a float, of which the last digits hang on the order.
      if (value.holds !== 'integer') return refuse('a sum of other than whole numbers')
      return { sql: `sum(${distinctly(distinct, value)})`, holds: 'integer' }
    default:
      return undefined
  }
}

const sameAs = (name: string, { sql, holds }: Value): Value => ({ sql: `${name}(${sql})`, holds })

function distinctly(distinct: boolean, value: Value): string {
  if (!distinct) return value.sql
  const holds = comparable('=', value, value)
  return holds === 'digits' || holds === 'folded'
    ? refuse('DISTINCT over what may be spelled in two ways')
    : `DISTINCT ${value.sql}`
}
