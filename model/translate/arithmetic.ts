/** Arithmetic, bits and `||` (https://sqlite.org/lang_expr.html, operators). */
import type { BinaryOperator } from '../sqlite-sql/ast.ts'
import { refuseBuried } from './collation.ts'
import { asNumber, asText, type NumberSql } from './convert.ts'
import { FLOAT, INTEGER, refuse, TEXT, type Value } from './value.ts'

/** `a || b`: both as texts. */
export function translateConcat(left: Value, right: Value): Value {
  refuseBuried([left, right], '||')
  const shape =
    left.shape !== undefined && right.shape !== undefined ? { shape: left.shape + right.shape } : {}
  const parts = [left, right].flatMap(side => side.parts ?? [side])
  return { sql: `(${asText(left)} || ${asText(right)})`, type: TEXT, parts, ...shape }
}

export function negate(operand: Value): Value {
  const number = asNumber(operand, 'a sign')
  return numberValue({ ...number, sql: `(- ${number.sql})` })
}

/** `+ - * / %`, `& | << >>`, and `~` of the left, over numbers. */
export function translateBinaryNumbers(operator: BinaryOperator | '~', left: Value, right: Value): Value {
  const what = `the operator ${operator}`
  const [a, b] = [asNumber(left, what), asNumber(right, what)]
  if (operator === '+' || operator === '-' || operator === '*')
    return numberValue({
      sql: `(${a.sql} ${operator} ${b.sql})`,
      kind: kindOf(a, b),
      ...scaleOf(operator, a, b),
    })
  if (operator === '/') return divide(a, b, right)
  if (operator === '%' && kindOf(a, b) !== 'integer') return remainder(a, b)
  if (a.kind !== 'integer' || b.kind !== 'integer') return refuse(`${what} over floats`)
  if (operator === '%') return { sql: `(${a.sql} % ${divisor(b, right)})`, type: INTEGER, scale: 0 }
  if (operator === '~') return { sql: `(~ ${a.sql})`, type: INTEGER, scale: 0 }
  if (operator === '&' || operator === '|')
    return { sql: `(${a.sql} ${operator} ${b.sql})`, type: INTEGER, scale: 0 }
  return shift(operator, a, right)
}

function numberValue({ sql, kind, scale }: NumberSql): Value {
  return {
    sql,
    type: kind === 'integer' ? INTEGER : FLOAT,
    ...(kind === 'mixed' && { mixed: true }),
    ...(scale !== undefined && { scale }),
  }
}

function kindOf(a: NumberSql, b: NumberSql): NumberSql['kind'] {
  if (a.kind === 'float' || b.kind === 'float') return 'float'
  return a.kind === 'mixed' || b.kind === 'mixed' ? 'mixed' : 'integer'
}

function scaleOf(operator: '+' | '-' | '*', a: NumberSql, b: NumberSql): { scale?: number } {
  if (a.scale === undefined || b.scale === undefined) return {}
  return { scale: operator === '*' ? a.scale + b.scale : Math.max(a.scale, b.scale) }
}

/** By zero SQLite gives NULL. */
function divisor({ sql }: NumberSql, { literal }: Value): string {
  const safe = (literal?.kind === 'integer' || literal?.kind === 'real') && Number(literal.value) !== 0
  return safe ? sql : `NULLIF(${sql}, 0)`
}

/** Integers are divided without a remainder; what is an integer in some rows only is looked at in each. */
function divide(a: NumberSql, b: NumberSql, right: Value): Value {
  const by = divisor(b, right)
  const kind = kindOf(a, b)
  if (kind === 'integer') return { sql: `(${a.sql} / ${by})`, type: INTEGER, scale: 0 }
  const quotient = `(${a.sql}::float8 / ${by}::float8)`
  if (kind === 'float') return { sql: quotient, type: FLOAT }
  const whole = [a, b]
    .filter(side => side.kind === 'mixed')
    .map(({ sql }) => `${sql} = pg_catalog.trunc(${sql})`)
  const sql = `(CASE WHEN ${whole.join(' AND ')} THEN pg_catalog.trunc${quotient} ELSE ${quotient} END)`
  return { sql, type: FLOAT, mixed: true }
}

/** SQLite cuts off the decimals before, and gives a float. */
function remainder(a: NumberSql, b: NumberSql): Value {
  const whole = ({ sql, kind }: NumberSql) => (kind === 'integer' ? sql : `pg_catalog.trunc(${sql})::bigint`)
  const kind = kindOf(a, b)
  return {
    sql: `(${whole(a)} % NULLIF(${whole(b)}, 0))::float8`,
    type: FLOAT,
    scale: 0,
    ...(kind === 'mixed' && { mixed: true }),
  }
}

/** PostgreSQL takes the distance modulo 64, and SQLite a negative one the other way. */
function shift(operator: BinaryOperator, { sql }: NumberSql, { literal }: Value): Value {
  const distance = literal?.kind === 'integer' ? literal.value : -1n
  if (distance < 0n || distance > 63n)
    return refuse(`the operator ${operator} by something other than 0 to 63`)
  return { sql: `(${sql} ${operator} ${distance})`, type: INTEGER, scale: 0 }
}
