/** What only the rows of a source's table can tell: how many there are, and which values other engines lack. */
import type { Client } from 'pg'
import type { PostgresTable, TypeShape, ValueFacts } from '../../../model/postgres-schema.ts'
import { ident, qualified } from '../quote.ts'

/** A question about a column: an aggregate in SQL, and what its answer, if there is one, says. */
interface Question {
  sql: string
  /** `answer` is true, or a text of the server. */
  fact: (answer: string | true) => ValueFacts
}

/** The table as the rows of it alone have it: counted, and its columns with their facts. One pass. */
export async function withFacts(
  client: Client,
  version: number,
  table: PostgresTable,
): Promise<PostgresTable> {
  if (table.kind === 'partitioned') return { ...table, rows: 0 }
  const asked = table.columns.map(column => questions(`t.${ident(column.name)}`, column.shape, version))
  const terms = ['pg_catalog.count(*)', ...asked.flat().map(({ sql }) => sql)]
  const { rows } = await client.query<(string | boolean | null)[]>({
    text: `SELECT ${terms.join(',\n       ')}\n  FROM ONLY ${qualified(table.schema, table.relation)} AS t`,
    rowMode: 'array',
  })
  const [count, ...answers] = rows[0]!
  const columns = table.columns.map((column, i) => {
    const facts = asked[i]!.map(({ fact }) => {
      const answer = answers.shift()
      return typeof answer === 'string' || answer === true ? fact(answer) : {}
    })
    return facts.length > 0 ? { ...column, facts: Object.assign({}, ...facts) as ValueFacts } : column
  })
  return { ...table, rows: Number(count), columns }
}

function questions(name: string, shape: TypeShape, version: number): Question[] {
  if (shape.kind === 'domain') return questions(name, shape.base, version)
  if (shape.kind !== 'base') return []
  const column = `${name}::pg_catalog.${ident(shape.name)}`
  switch (shape.name) {
    case 'numeric':
      return [nan(column), ...numericQuestions(column, version)]
    case 'float4':
    case 'float8':
      return [
        nan(column),
        infinite(`${column} IN ('Infinity', '-Infinity')`),
        {
          sql: `pg_catalog.bool_or(${column} = 0 AND ${column}::text = '-0')`,
          fact: () => ({ negativeZero: true }),
        },
      ]
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return [infinite(`NOT pg_catalog.isfinite(${column})`), years(column)]
    case 'interval':
      return version >= INFINITE_INTERVALS ? [infinite(`NOT pg_catalog.isfinite(${column})`)] : []
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'bytea':
      return [
        {
          sql: `pg_catalog.max(pg_catalog.octet_length(${column}))::text`,
          fact: max => ({ longest: Number(max) }),
        },
      ]
    default:
      return []
  }
}

const INFINITE_NUMERICS = 140000
const INFINITE_INTERVALS = 170000

const nan = (column: string): Question => ({
  sql: `pg_catalog.bool_or(${column} = 'NaN')`,
  fact: () => ({ nan: true }),
})

const infinite = (condition: string): Question => ({
  sql: `pg_catalog.bool_or(${condition})`,
  fact: () => ({ infinite: true }),
})

function numericQuestions(column: string, version: number): Question[] {
  const odd = version >= INFINITE_NUMERICS ? `('NaN', 'Infinity', '-Infinity')` : `('NaN')`
  return [
    ...(version >= INFINITE_NUMERICS ? [infinite(`${column} IN ('Infinity', '-Infinity')`)] : []),
    {
      sql: `pg_catalog.length(pg_catalog.trunc(pg_catalog.max(pg_catalog.abs(${column})) FILTER (WHERE ${column} NOT IN ${odd}))::text)
         || ' ' || pg_catalog.max(pg_catalog.scale(${column}))`,
      fact: answer => {
        const [whole, scale] = String(answer).split(' ').map(Number)
        return { digits: { whole: whole!, scale: scale! } }
      },
    },
  ]
}

/** The year before the first is 1 BC, which the server counts as -1. */
function years(column: string): Question {
  const year = (aggregate: string) =>
    `pg_catalog.date_part('year', ${aggregate}(${column}) FILTER (WHERE pg_catalog.isfinite(${column})))`
  return {
    sql: `${year('pg_catalog.min')} || ' ' || ${year('pg_catalog.max')}`,
    fact: answer => {
      const [min, max] = String(answer)
        .split(' ')
        .map(text => (Number(text) < 0 ? Number(text) + 1 : Number(text)))
      return { years: { min: min!, max: max! } }
    },
  }
}

/** The facts of a partitioned table's columns are those of its partitions together; it has no rows of its own. */
export function withPartitionFacts(tables: PostgresTable[]): PostgresTable[] {
  const done = new Map<string, PostgresTable>()
  const parts = (name: string) => tables.filter(({ partitionOf }) => partitionOf === name)
  const settle = (table: PostgresTable): PostgresTable => {
    if (table.kind === 'table') return table
    const known = done.get(table.name)
    if (known) return known
    const below = parts(table.name).map(settle)
    const columns = table.columns.map(column => {
      const found = below.flatMap(part => part.columns.find(({ name }) => name === column.name)?.facts ?? [])
      return found.length > 0 ? { ...column, facts: found.reduce(together) } : column
    })
    const settled = { ...table, columns }
    done.set(table.name, settled)
    return settled
  }
  return tables.map(settle)
}

function together(a: ValueFacts, b: ValueFacts): ValueFacts {
  return {
    ...a,
    ...b,
    ...(a.digits &&
      b.digits && {
        digits: {
          whole: Math.max(a.digits.whole, b.digits.whole),
          scale: Math.max(a.digits.scale, b.digits.scale),
        },
      }),
    ...(a.years &&
      b.years && {
        years: { min: Math.min(a.years.min, b.years.min), max: Math.max(a.years.max, b.years.max) },
      }),
    ...(a.longest !== undefined && b.longest !== undefined && { longest: Math.max(a.longest, b.longest) }),
  }
}
