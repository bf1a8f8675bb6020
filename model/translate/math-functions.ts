/**
 * Functions of mathematics (https://sqlite.org/lang_mathfunc.html). Both engines ask the C library of their machine,
 * and two of those may differ in the last bit: what is computed from such results is no value to be stored or looked
 * up, so it counts as hanging on settings.
 */
import { asNumber } from './convert.ts'
import { type Context, FLOAT, isNull, NULL, refuse, type Value } from './value.ts'

/** SQL of the result from SQL of the arguments, which are floats. */
type Formula = (x: string, y: string) => string

const plain =
  (name: string): Formula =>
  x =>
    `pg_catalog.${name}(${x})`

/** What PostgreSQL refuses is NULL to SQLite. */
const within =
  (condition: Formula, formula: Formula): Formula =>
  (x, y) =>
    `(CASE WHEN ${condition(x, y)} THEN ${formula(x, y)} END)`

const positive: Formula = x => `${x} > 0`
const unit: Formula = x => `${x} BETWEEN -1 AND 1`

/** PostgreSQL refuses to divide by zero here, where the result is infinite, and to make a complex number. */
const power: Formula = (x, y) => `(CASE
    WHEN ${x} < 0 AND ${y} <> pg_catalog.trunc(${y}) THEN NULL
    WHEN ${x} = 0 AND ${y} < 0 THEN 'Infinity'::float8
    ELSE pg_catalog.power(${x}, ${y}) END)`

const FORMULAS: Record<string, Formula> = {
  // PostgreSQL fails where the result is infinite or nothing.
  exp: x =>
    `(CASE WHEN ${x} > 709.782712893384 THEN 'Infinity' WHEN ${x} < -745.1332191019412 THEN 0 ELSE pg_catalog.exp(${x}) END)`,
  ln: within(positive, plain('ln')),
  log10: within(positive, plain('log')),
  log: within(positive, plain('log')),
  sin: plain('sin'),
  cos: plain('cos'),
  tan: plain('tan'),
  asin: within(unit, plain('asin')),
  acos: within(unit, plain('acos')),
  atan: plain('atan'),
  sinh: plain('sinh'),
  cosh: plain('cosh'),
  tanh: plain('tanh'),
  radians: x => `(${x} * 0.017453292519943295::float8)`,
  degrees: x => `(${x} * 57.29577951308232::float8)`,
}

const TWO: Record<string, Formula> = {
  pow: power,
  power,
  atan2: (x, y) => `pg_catalog.atan2(${x}, ${y})`,
}

export const MATH_FUNCTIONS = {
  ...entries(FORMULAS, 1),
  ...entries(TWO, 2),
  pi: { least: 0, most: 0, translate: () => ({ sql: '(3.141592653589793::float8)', type: FLOAT }) },
  mod: { least: 2, most: 2, translate: remainder },
}

function entries(formulas: Record<string, Formula>, count: number) {
  return Object.fromEntries(
    Object.entries(formulas).map(([name, formula]) => [
      name,
      {
        ...{ least: count, most: count },
        translate: (values: Value[], context: Context) => computed(name, formula, values, context),
      },
    ]),
  )
}

function computed(name: string, formula: Formula, values: Value[], context: Context): Value {
  if (values.some(isNull)) return NULL
  const [x, y = ''] = values.map(value => floatOf(value, name))
  context.volatile = true
  return { sql: formula(x!, y), type: FLOAT }
}

/** Texts are NULL to these functions, unless they are numbers. */
function floatOf(value: Value, name: string): string {
  if (value.type?.kind === 'text') return refuse(`${name}() of a text`)
  const { sql, kind } = asNumber(value, `${name}()`)
  return kind === 'integer' ? `${sql}::float8` : sql
}

/** A float, even of integers. */
function remainder(values: Value[]): Value {
  if (values.some(isNull)) return NULL
  const whole = ({ type, literal }: Value) => type?.kind === 'integer' && literal?.kind !== 'text'
  const [a, b] = values
  if (!whole(a!) || !whole(b!)) return refuse('mod() of floats')
  const [x, y] = [a!, b!].map(value => asNumber(value, 'mod()').sql)
  return { sql: `(${x} % NULLIF(${y}, 0))::float8`, type: FLOAT, scale: 0 }
}
