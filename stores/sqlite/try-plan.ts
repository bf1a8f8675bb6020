/** A plan's statements tried in a database of no rows, and its rules over some rows of the source. */
import Database from 'better-sqlite3'
import { isLoadedInto, type PlanWhat, type TablePlan } from '../../model/plan.ts'
import { createIndex, createTable, createView } from './ddl.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** Something of the plan that SQLite does not take, named as in a finding. */
export interface Rejected {
  object: string
  reason: string
}

/** What SQLite refuses of tables, indexes and views that the plan makes. */
export function tryStatements({ tables, views }: Pick<PlanWhat, 'tables' | 'views'>): Rejected[] {
  const db = new Database(':memory:')
  const rejected: Rejected[] = []
  const attempt = (object: string, sql: string): boolean => {
    const reason = refusalOf(db, sql)
    if (reason !== undefined) rejected.push({ object, reason })
    return reason === undefined
  }
  try {
    for (const table of tables.filter(table => !isLoadedInto(table))) {
      db.exec('SAVEPOINT whole')
      const found = tryTable(db, table)
      rejected.push(...found)
      const indexes = found.length > 0 ? [] : table.indexes
      for (const index of indexes) attempt(objectOf('index', table, index.name), createIndex(table, index))
      // SQLite looks through all that is there with each statement: 3,000 tables take 7.6 s, and 0.4 s alone. Views need them.
      if (views.length === 0) db.exec('ROLLBACK TO whole')
      db.exec('RELEASE whole')
    }
    // A view may read a table that is loaded into: what that is like is not known here.
    if (rejected.length > 0 || tables.some(isLoadedInto)) return rejected
    for (const view of views) {
      const object = `view ${view.name}`
      if (attempt(object, createView(view)))
        attempt(object, `SELECT * FROM ${quote(view.target.name)} LIMIT 0`)
    }
    return rejected
  } finally {
    db.close()
  }
}

const objectOf = (kind: string, table: TablePlan, name: string): string => `${kind} ${table.name}.${name}`

/** Where the whole is refused, each of its rules alone, to find the one that is meant. */
function tryTable(db: Connection, table: TablePlan): Rejected[] {
  const whole = refusalOf(db, createTable(table))
  if (whole === undefined) return []
  const bare = withoutRules(table)
  const found = rulesOf(table).flatMap(({ object, only }) => {
    const reason = refusalOf(db, createTable(only(bare)), true)
    return reason === undefined ? [] : [{ object, reason }]
  })
  return found.length > 0 ? found : [{ object: `table ${table.name}`, reason: whole }]
}

/** The table with nothing that computes. */
function withoutRules(table: TablePlan): TablePlan {
  return {
    ...table,
    checks: [],
    columns: table.columns.map(({ generated: _g, default: _d, ...column }) => column),
  }
}

/** Each check, computed column and default, and the bare table with it alone. */
function rulesOf(table: TablePlan): { object: string; only: (bare: TablePlan) => TablePlan }[] {
  return [
    ...table.checks.map(check => ({
      object: objectOf('check', table, check.name),
      only: (bare: TablePlan) => ({ ...bare, checks: [check] }),
    })),
    ...table.columns
      .filter(column => column.generated !== undefined || column.default !== undefined)
      .map(column => ({
        object: `${table.name}.${column.name}`,
        only: (bare: TablePlan) => ({
          ...bare,
          columns: bare.columns.map(other => (other.name === column.name ? column : other)),
        }),
      })),
  ]
}

/** The reason, or undefined where it is taken. */
function refusalOf(db: Connection, sql: string, forget = false): string | undefined {
  try {
    db.exec('SAVEPOINT attempt')
    db.exec(sql)
    if (forget) db.exec('ROLLBACK TO attempt')
    return undefined
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    db.exec('ROLLBACK TO attempt')
    return `SQLite does not take it: ${error.message}`
  } finally {
    db.exec('RELEASE attempt')
  }
}

/** A table of the plan's without its rules, for rows to try these on. */
export function makeBare(db: Connection, table: TablePlan): TablePlan {
  const bare = { ...withoutRules(table), foreignKeys: [] }
  db.exec(createTable(bare))
  return bare
}

/** Which rules of the plan's table the rows of the bare one break, or compute differently. */
export function brokenRules(db: Connection, table: TablePlan): Rejected[] {
  const name = quote(table.target.name)
  const tests = [
    ...table.checks.map(({ name: check, expression }) => ({
      object: objectOf('check', table, check),
      sql: `SELECT EXISTS (SELECT 1 FROM ${name} WHERE NOT (${expression}))`,
    })),
    ...table.columns.flatMap(({ name: column, target, generated }) =>
      generated === undefined
        ? []
        : [
            {
              object: `${table.name}.${column}`,
              sql: `SELECT EXISTS (SELECT 1 FROM ${name} WHERE (${generated}) IS NOT ${quote(target)})`,
            },
          ],
    ),
  ]
  return tests.flatMap(({ object, sql }) => {
    const reason = resultOf(db, sql)
    return reason === undefined ? [] : [{ object, reason }]
  })
}

function resultOf(db: Connection, sql: string): string | undefined {
  try {
    return db.prepare(sql).pluck().get() === 1
      ? 'SQLite answers differently for rows of the source'
      : undefined
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    return 'SQLite fails over rows of the source'
  }
}
