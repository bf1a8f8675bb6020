/**
 * Expressions of a plan as the server would print them, so that they can be compared with those in its catalogs. It is
 * made to read them: temporary tables without rows, in a transaction that is rolled back, so that nothing stays. Only
 * tables with expressions are made, and each default once for its type: of 1,000 tables most need none.
 */
import type { Client } from 'pg'
import type { ColumnPlan, IndexPartPlan, IndexPlan, TablePlan } from '../../../model/plan.ts'
import { isServerError, toFailure } from '../../../sessions/errors.ts'
import { addCheck, createIndex, createTable } from '../ddl.ts'
import { columnType } from '../types.ts'
import { UNPRINTED } from './expression.ts'
import { readShapes } from './read.ts'
import type { IndexPartShape, TableShape } from './shape.ts'

export interface Printed {
  /** In the order of the plans that were given; an expression is `UNPRINTED` where it was not to be had. */
  tables: TablePlan[]
  /** Names of tables with such an expression, and why of all of them where it is one reason. */
  unprinted: { table: string; why: string }[]
}

/** Tables that are made in one transaction: more would hold more locks than a server of default size has room for. */
const AT_ONCE = 100

/** @param step is called between statements, none of which takes long */
export async function printExpressions(
  client: Client,
  tables: readonly TablePlan[],
  step: () => void,
): Promise<Printed> {
  const made = new Map<string, TableShape>()
  const scratches = [...scratchesOf(tables)]
  const forbidden = scratches.length > 0 ? await whyNot(client) : undefined
  if (forbidden === undefined)
    for (let at = 0; at < scratches.length; at += AT_ONCE)
      await make(client, scratches.slice(at, at + AT_ONCE), made, step)
  const why = forbidden ?? 'the target does not take them in a temporary table, by which it would print them'
  const unprinted = tables.filter(table => keysOf(table).some(key => !made.has(key)))
  return {
    tables: tables.map(table => printedTable(table, made)),
    unprinted: unprinted.map(({ name }) => ({ table: name, why })),
  }
}

/** Why no temporary table can be made at all. */
async function whyNot(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ may: boolean; writable: boolean }>(
    `SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP') AS may,
            NOT pg_catalog.pg_is_in_recovery()
              AND pg_catalog.current_setting('transaction_read_only') = 'off' AS writable`,
  )
  if (!rows[0]!.writable) return 'the target is read-only, and has to make temporary tables for printing them'
  return rows[0]!.may
    ? undefined
    : 'the role may not make temporary tables, by which the target would print them'
}

/** A table to be made, under a name of its own. */
interface Scratch {
  key: string
  sql: (name: string) => string[]
}

function scratchesOf(tables: readonly TablePlan[]): Iterable<Scratch> {
  const found = new Map<string, Scratch>()
  for (const table of tables) {
    if (hasExpressions(table))
      found.set(tableKey(table), { key: tableKey(table), sql: name => tableSql(table, name) })
    for (const column of table.columns) {
      if (column.default === undefined) continue
      const key = defaultKey(column)
      found.set(key, {
        key,
        sql: name => [`CREATE TABLE pg_temp.${name} (d ${columnType(column)} DEFAULT ${column.default})`],
      })
    }
  }
  return found.values()
}

const tableKey = ({ name }: TablePlan) => JSON.stringify(['table', name])
const defaultKey = (column: ColumnPlan) => JSON.stringify(['default', columnType(column), column.default])

const keysOf = (table: TablePlan): string[] => [
  ...(hasExpressions(table) ? [tableKey(table)] : []),
  ...table.columns.filter(column => column.default !== undefined).map(defaultKey),
]

const hasExpressions = ({ columns, checks, indexes }: TablePlan) =>
  checks.length > 0 || columns.some(column => column.generated !== undefined) || indexes.some(isExpressive)

const isExpressive = ({ where, parts }: IndexPlan) =>
  where !== undefined || parts.some(({ expression }) => expression !== undefined)

/**
 * Numbers, defaults and NOT NULL have no part in it. Partitioned, by a column of its own, it has no files, which is a
 * third of the time; what is unique there must have that column in it, so that nothing is.
 */
function tableSql(table: TablePlan, name: string): string[] {
  const columns = table.columns.map(({ default: _, identity: __, ...column }) => ({
    ...column,
    notNull: false,
  }))
  const bare: TablePlan = {
    ...table,
    target: { schema: 'pg_temp', name },
    columns: [...columns, PARTED],
    rows: 0,
  }
  return [
    ...createTable(bare).sql.map(sql => `${sql} PARTITION BY LIST (${PARTED.target})`),
    ...table.checks.flatMap(({ expression }, i) => addCheck(bare, { name: `c${i}`, expression }).sql),
    ...table.indexes.flatMap((index, i) =>
      isExpressive(index) ? createIndex(bare, { ...index, unique: false, name: indexName(name, i) }).sql : [],
    ),
  ]
}

const PARTED: ColumnPlan = {
  ...{ name: '', target: 'longhaul_part', type: { kind: 'integer', bits: 16 } },
  ...{ notNull: false, wide: false, why: '' },
}

const indexName = (table: string, i: number) => `${table}_i${i}`

/** All of them together; where one cannot be made, halves tell which. */
async function make(
  client: Client,
  scratches: readonly Scratch[],
  made: Map<string, TableShape>,
  step: () => void,
): Promise<void> {
  step()
  const names = scratches.map((_, i) => `longhaul_${i}`)
  try {
    const sql = scratches.flatMap((scratch, i) => scratch.sql(names[i]!))
    await client.query(['BEGIN', ...sql].join(';\n'))
    const { rows } = await client.query<{ schema: string }>(
      'SELECT nspname AS schema FROM pg_catalog.pg_namespace WHERE oid = pg_catalog.pg_my_temp_schema()',
    )
    const shapes = await readShapes(
      client,
      names.map(name => ({ schema: rows[0]!.schema, name })),
    )
    for (const [i, shape] of shapes.entries()) if (shape) made.set(scratches[i]!.key, shape)
    return
  } catch (error) {
    if (!isServerError(error))
      throw toFailure(error, { doing: 'have the target print the expressions of the plan' })
  } finally {
    await client.query('ROLLBACK')
  }
  if (scratches.length === 1) return
  const half = scratches.length >> 1
  await make(client, scratches.slice(0, half), made, step)
  await make(client, scratches.slice(half), made, step)
}

function printedTable(table: TablePlan, made: ReadonlyMap<string, TableShape>): TablePlan {
  const shape = made.get(tableKey(table))
  return {
    ...table,
    columns: table.columns.map(column => printedColumn(column, made.get(defaultKey(column)), shape)),
    checks: table.checks.map((check, i) => ({
      ...check,
      expression: shape?.checks.find(({ name }) => name === `c${i}`)?.expression ?? UNPRINTED,
    })),
    indexes: table.indexes.map((index, i) => (isExpressive(index) ? printedIndex(index, i, shape) : index)),
  }
}

function printedColumn(column: ColumnPlan, alone?: TableShape, shape?: TableShape): ColumnPlan {
  const generated = shape?.columns.find(({ name }) => name === column.target)?.generated
  return {
    ...column,
    ...(column.default !== undefined && { default: alone?.columns[0]?.default ?? UNPRINTED }),
    ...(column.generated !== undefined && { generated: generated ?? UNPRINTED }),
  }
}

function printedIndex(index: IndexPlan, i: number, shape: TableShape | undefined): IndexPlan {
  const found = shape?.indexes.find(({ name }) => name === indexName(shape.name, i))
  return {
    ...index,
    parts: index.parts.map((part, at) => printedPart(part, found?.parts[at])),
    ...(index.where !== undefined && { where: found?.where ?? UNPRINTED }),
  }
}

/** An expression that comes to a column alone is one. */
function printedPart(part: IndexPartPlan, found: IndexPartShape | undefined): IndexPartPlan {
  if (part.expression === undefined) return part
  const { expression: _, ...rest } = part
  return found?.isColumn ? { ...rest, column: found.term } : { ...rest, expression: found?.term ?? UNPRINTED }
}
