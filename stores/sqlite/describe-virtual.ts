/**
 * Virtual tables whose rows can be read, as tables: full-text search (sqlite.org/fts5.html, fts3.html) and
 * R-Tree (sqlite.org/rtree.html). All others are listed.
 */
import type { Access, Column, OtherObject, Table, VirtualTable } from '../../model/schema.ts'
import { sameName } from '../../model/sqlite-sql/names.ts'
import { type Token, tokenize } from '../../model/sqlite-sql/tokens.ts'
import type { Connection } from './open.ts'
import { type ListedColumn, listColumns } from './pragmas.ts'
import { quote } from './quote.ts'

/** Undefined where the rows cannot be read: no content of its own, an unknown module, a content table that is gone. */
export function describeVirtualTable(db: Connection, name: string, sql: string): Table | undefined {
  const module = readModule(sql)
  const describe = module && MODULES[module.name]
  if (!describe) return undefined
  const listed = columnsOf(db, name)
  const described =
    listed &&
    describe(
      listed.filter(({ hidden }) => hidden === 0),
      module,
    )
  if (!described || !isReadable(db, name, described.columns)) return undefined
  return {
    name,
    ...described,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    strict: false,
    sql,
  }
}

interface Module {
  /** In lower case. */
  name: string
  /** The tokens of each argument. */
  args: Token[][]
}

type Described = Pick<Table, 'columns' | 'primaryKey' | 'access'> & { virtual: VirtualTable }

const MODULES: Record<
  string,
  ((columns: ListedColumn[], module: Module) => Described | undefined) | undefined
> = {
  fts5: fullText,
  fts4: fullText,
  fts3: fullText,
  rtree,
  rtree_i32: rtree,
}

/** `CREATE VIRTUAL TABLE name USING module(argument, …)`. */
function readModule(sql: string): Module | undefined {
  const tokens = tokenize(sql).filter(({ kind }) => kind !== 'end')
  const using = tokens.findIndex(({ kind, value }) => kind === 'word' && sameName(value, 'using'))
  const name = tokens[using + 1]
  if (using < 0 || !name) return undefined
  const args: Token[][] = [[]]
  let depth = 0
  for (const token of tokens.slice(using + 3)) {
    const operator = token.kind === 'operator' ? token.value : ''
    if (operator === ')' && depth-- === 0) break
    if (operator === '(') depth++
    if (operator === ',' && depth === 0) args.push([])
    else args.at(-1)!.push(token)
  }
  return { name: name.value.toLowerCase(), args }
}

/** What an argument `key = value` says; undefined where there is none. */
function option({ args }: Module, key: string): string | undefined {
  const found = args.find(([name, equals]) => equals?.value === '=' && sameName(name?.value ?? '', key))
  return found?.[2]?.value
}

function fullText(listed: ListedColumn[], module: Module): Described | undefined {
  if (option(module, 'content') === '' || listed.some(({ name }) => sameName(name, 'rowid'))) return undefined
  const searched = listed.map(({ name }) => name).filter(name => !isUnindexed(module, name))
  return {
    columns: [{ name: 'rowid', declared: 'INTEGER', notNull: true }, ...listed.map(plain)],
    primaryKey: { columns: ['rowid'], rowid: true, autoIncrement: false },
    access: { by: 'rowid', name: 'rowid' },
    virtual: { module: 'fts5', columns: searched },
  }
}

const isUnindexed = ({ args }: Module, column: string): boolean =>
  args.some(([first, second, third]) => {
    if (!first) return false
    // FTS4 has an option `notindexed=column` for each.
    if (second?.value === '=')
      return sameName(first.value, 'notindexed') && sameName(third?.value ?? '', column)
    return sameName(first.value, column) && sameName(second?.value ?? '', 'unindexed')
  })

/** The number, pairs of bounds, and columns that are only kept (`+name`). */
function rtree(listed: ListedColumn[], { args }: Module): Described | undefined {
  const kept = args.filter(([first]) => first?.value === '+').length
  const [number, ...others] = listed
  if (!number) return undefined
  const bounds = others.slice(0, others.length - kept).map(({ name }) => name)
  // Whoever looks for a range of numbers reads all of an R-Tree, so it is read as a whole.
  const access: Access = { by: 'whole' }
  return {
    columns: [{ name: number.name, declared: 'INTEGER', notNull: true }, ...others.map(plain)],
    primaryKey: { columns: [number.name], rowid: true, autoIncrement: false },
    access,
    virtual: { module: 'rtree', bounds },
  }
}

const plain = ({ name, type }: ListedColumn): Column => ({ name, declared: type, notNull: false })

function columnsOf(db: Connection, table: string): ListedColumn[] | undefined {
  try {
    return listColumns(db, table)
  } catch {
    // The module is not there, or its arguments make no sense to it.
    return undefined
  }
}

function isReadable(db: Connection, table: string, columns: Column[]): boolean {
  try {
    db.prepare(
      `SELECT ${columns.map(({ name }) => quote(name)).join(', ')} FROM ${quote(table)} LIMIT 1`,
    ).get()
    return true
  } catch {
    return false
  }
}

/** The virtual tables that are no tables of the schema, and shadow tables. */
export function listVirtual(
  names: { name: string; type: string }[],
  tables: readonly Table[],
  sqlOf: (name: string) => string,
): OtherObject[] {
  return names.flatMap(({ name, type }) => {
    if (type !== 'virtual' && type !== 'shadow') return []
    if (tables.some(table => table.name === name)) return []
    return [{ kind: `${type} table` as const, name, sql: sqlOf(name) }]
  })
}
