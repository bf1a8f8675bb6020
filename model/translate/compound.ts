/** Several SELECT or VALUES with UNION, INTERSECT and EXCEPT between them, whose columns agree in their types. */
import type { Query, Select, Values } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { agreeing } from './common-type.ts'
import { translateValue } from './expression.ts'
import { NOTHING } from './from.ts'
import type { QueryContext } from './query-context.ts'
import { type ColumnRef, Untranslatable } from './scope.ts'
import { type Body, type BodyOptions, requireSameness, translateSelect } from './select.ts'
import { scopeOf } from './select-scope.ts'
import { typed } from './typed.ts'

/** All bodies of a query without its order. Throws `Untranslatable`. */
export function translateBodies(
  { bodies, operators }: Pick<Query, 'bodies' | 'operators'>,
  context: QueryContext,
  { wants, exact = false }: BodyOptions = {},
): Body {
  const single = (body: Select | Values, types?: BodyOptions['wants']) =>
    translateBody(body, context.within(), { ...(types && { wants: types }), exact })
  if (bodies.length === 1) return single(bodies[0]!, wants)
  const loose = bodies.map(body => single(body, wants))
  const branches = agreeing(
    loose.map(({ columns }) => columns),
    types => bodies.map(body => single(body, types)),
    loose,
  )
  const columns = branches[0]!.columns.map((_, i) => sharedColumn(loose, branches, i))
  columns.forEach(column => {
    if (operators.some(operator => operator !== 'UNION ALL')) requireSameness(column)
  })
  if (operators.some(operator => operator !== 'UNION ALL'))
    for (const branch of branches) branch.columns.forEach(requireSameness)
  return { sql: joined(branches, operators), columns }
}

/** What holds of one column in all branches. */
function sharedColumn(loose: readonly Body[], branches: readonly Body[], i: number): Body['columns'][number] {
  const all = branches.map(({ columns }) => columns[i]!)
  const { type: _, affinity, times, merged: __, printed: ___, ...first } = all[0]!
  const type = all.find(column => column.type !== undefined)?.type
  const isOneAffinity = all.every(column => column.affinity === affinity)
  return {
    ...first,
    ...(type && { type }),
    ...(isOneAffinity ? affinity && { affinity } : { affinity: 'BLOB' }),
    ...(times && all.every(column => column.times === times) && { times }),
    ...(type?.kind === 'text' && textsAndNumbers(loose.map(({ columns }) => columns[i]!))),
  }
}

const NUMBERS = ['boolean', 'integer', 'float', 'numeric']

/** What is to be known of a column of texts by what the branches give, each for itself. */
function textsAndNumbers(columns: readonly Body['columns'][number][]): Pick<ColumnRef, 'merged' | 'printed'> {
  const full = columns.filter(({ empty, type }) => !empty && type !== undefined)
  const printed = full.some(({ type }) => NUMBERS.includes(type!.kind))
  const holdsNumbers =
    printed || full.some(({ affinity = 'TEXT' }) => /^(INTEGER|REAL|NUMERIC)$/.test(affinity))
  const isOneAffinity = full.every(({ affinity }) => affinity === full[0]!.affinity)
  const merged = full.some(column => column.merged) || (holdsNumbers && !isOneAffinity)
  return {
    ...(merged && { merged }),
    ...((printed || full.some(column => column.printed)) && { printed: true }),
  }
}

/** SQLite's operators are all of one rank, from the left; PostgreSQL's INTERSECT goes before the others. */
function joined(branches: readonly Body[], operators: Query['operators']): string {
  const [first, ...others] = branches.map(({ sql }) => sql)
  const isMixed = new Set(operators).size > 1
  return others.reduce(
    (sql, branch, i) => `${isMixed && i > 0 ? `(${sql})` : sql}\n${operators[i]}\n${branch}`,
    first!,
  )
}

function translateBody(body: Select | Values, context: QueryContext, options: BodyOptions): Body {
  return body.kind === 'select'
    ? translateSelect(body, [], context, options)
    : translateValues(body, context, options)
}

/** VALUES as branches of one row each would be; SQLite calls the columns `column1`, `column2`, … */
function translateValues(
  { rows }: Values,
  context: QueryContext,
  { wants, exact = false }: BodyOptions,
): Body {
  if (rows.some(row => row.length !== rows[0]!.length))
    throw new Untranslatable('VALUES with rows of different lengths')
  const scope = scopeOf(NOTHING, context)
  const translate = (types: readonly (LogicalType | undefined)[] = []) =>
    rows.map(row => ({
      columns: row.map((node, i) => ({
        ...typed(translateValue(node, scope, types[i]), types[i], exact),
        name: `column${i + 1}`,
      })),
    }))
  const loose = translate(wants)
  const settled = agreeing(
    loose.map(({ columns }) => columns),
    translate,
    loose,
  )
  const columns = settled[0]!.columns.map((column, i) => {
    const type = settled.map(row => row.columns[i]!.type).find(known => known !== undefined)
    return { ...column, ...(type && { type }), affinity: 'BLOB' as const }
  })
  const lines = settled.map(row => `(${row.columns.map(({ sql }) => sql).join(', ')})`)
  return { sql: `VALUES ${lines.join(', ')}`, columns }
}
