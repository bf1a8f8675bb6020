/** Carried objects as effects on the target. */
import type { CarriedObject, PlanWhat, TablePlan } from '../../../model/plan.ts'
import { type Effect, isLeftAlone, letAutovacuum } from '../ddl.ts'
import { ident, qualified } from '../quote.ts'

/** Kinds for which other parts of longhaul have a name of their own. */
const KINDS: Record<string, Effect['object']['kind']> = {
  // `statistics` are what ANALYZE gathers.
  STATISTICS: 'extended statistics',
  'FK CONSTRAINT': 'foreign key',
  'MATERIALIZED VIEW': 'view',
}
/** Functions may name what is made after them. */
const UNCHECKED: ReadonlySet<string> = new Set(['FUNCTION', 'PROCEDURE'])

export function effectOf(carried: CarriedObject): Effect {
  const { kind, sql, undo } = carried
  return {
    object: recordOf(carried),
    sql: UNCHECKED.has(kind) ? ['SET LOCAL check_function_bodies = off', ...sql] : sql,
    undo,
  }
}

/** How the ledger knows it. */
export function recordOf({ kind, schema, name, table }: CarriedObject): Effect['object'] {
  return {
    kind: KINDS[kind] ?? (kind.toLowerCase() as Lowercase<string>),
    table: table ?? '',
    name: table === undefined && schema !== '' ? `${schema}.${name}` : name,
  }
}

/**
 * What is made before the rows. Autovacuum holds a lock that indexes and constraints wait for: tables that have not said
 * anything about it themselves have it off until they are done.
 */
export function effectsBefore(what: PlanWhat): Effect[] {
  const tables = new Map(what.tables.map(table => [table.name, table]))
  return carriedAt(what, 'pre').map(carried => {
    const effect = effectOf(carried)
    const table =
      carried.kind === 'TABLE' && carried.table !== undefined ? tables.get(carried.table) : undefined
    return table && isOurs(table, what)
      ? { ...effect, sql: [...effect.sql, withoutAutovacuum(table)] }
      : effect
  })
}

/** What a table gets once its rows are in: constraints, then indexes, then all else. */
export function effectsOfTable(table: TablePlan, what: PlanWhat): Effect[] {
  const own = carriedAt(what, 'table').filter(carried => carried.table === table.name)
  const rank = ({ kind }: CarriedObject) => (kind.endsWith('CONSTRAINT') ? 0 : kind === 'INDEX' ? 1 : 2)
  return [...own].sort((a, b) => rank(a) - rank(b)).map(effectOf)
}

/** Autovacuum as it was, and what needs the rows of all tables; without the keys of `foreignKeysOf`. */
export function effectsAfter(what: PlanWhat): Effect[] {
  return [
    ...letAutovacuum(what.tables.filter(table => isOurs(table, what))),
    ...carriedAt(what, 'post')
      .filter(carried => !isKeyOfTable(carried) && !isLast(carried))
      .map(effectOf),
  ]
}

/** What would act on all that is made after it, and what reads rows of all tables. */
export const effectsAtLast = (what: PlanWhat): Effect[] =>
  carriedAt(what, 'post').filter(isLast).map(effectOf)

const isLast = ({ kind, name }: CarriedObject) =>
  kind === 'MATERIALIZED VIEW DATA' ||
  kind === 'EVENT TRIGGER' ||
  (kind === 'COMMENT' && name.startsWith('EVENT TRIGGER '))

const isKeyOfTable = ({ kind, table }: CarriedObject) => kind === 'FK CONSTRAINT' && table !== undefined

/**
 * The foreign keys of a table that has rows itself: whole, and in two, since a key is checked beside others once it is
 * there. One that is not valid in the source stays so.
 */
export function foreignKeysOf(table: TablePlan, what: PlanWhat) {
  const keys = carriedAt(what, 'post').filter(key => isKeyOfTable(key) && key.table === table.name)
  return keys.map(key => {
    const effect = effectOf(key)
    if (effect.sql.some(sql => /\sNOT VALID$/.test(sql))) return { added: effect, whole: effect }
    const unchecked = effect.sql.map(sql => `${sql} NOT VALID`)
    const otherwise = {
      ...effect,
      object: { ...effect.object, kind: 'constraint for new rows' as const },
      sql: unchecked,
    }
    const place = qualified(table.target.schema, table.target.name)
    return {
      whole: { ...effect, otherwise },
      added: { ...effect, sql: unchecked, otherwise },
      checked: {
        object: { ...effect.object, kind: 'check of rows' as const },
        sql: [`ALTER TABLE ${place} VALIDATE CONSTRAINT ${ident(key.name)}`],
        undo: [],
      },
    }
  })
}

const carriedAt = ({ carried = [] }: PlanWhat, when: CarriedObject['when']): CarriedObject[] =>
  carried.filter(object => object.when === when)

const isOurs = (table: TablePlan, { carried = [] }: PlanWhat): boolean =>
  isLeftAlone(table) &&
  carried.some(
    ({ kind, table: name, sql }) =>
      kind === 'TABLE' && name === table.name && !sql.some(text => text.includes('autovacuum_enabled')),
  )

const withoutAutovacuum = ({ target }: TablePlan) =>
  `ALTER TABLE ${qualified(target.schema, target.name)} SET (autovacuum_enabled = false)`
