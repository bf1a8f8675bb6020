/** What an INSERT does about rows that are there: OR IGNORE, OR REPLACE, ON CONFLICT. */
import { quoteName } from '../sql-text.ts'
import type { Insert, Upsert } from '../sqlite-sql/ast.ts'
import { sameName } from '../sqlite-sql/names.ts'
import { translateSet, writtenColumns } from './assign.ts'
import { translateCondition } from './expression.ts'
import { type From, itemOf } from './from.ts'
import type { QueryContext } from './query-context.ts'
import { type RelationRef, type Scope, Untranslatable } from './scope.ts'
import { scopeOf } from './select-scope.ts'

/** ON CONFLICT of the target, or nothing. Throws `Untranslatable`. */
export function translateConflict(
  { or, upserts }: Insert,
  relation: RelationRef,
  target: From,
  context: QueryContext,
): string {
  if (upserts.length > 1) throw new Untranslatable('an INSERT with more than one ON CONFLICT')
  const [upsert] = upserts
  if (upsert && (or === 'IGNORE' || or === 'REPLACE'))
    throw new Untranslatable(`an INSERT OR ${or} with ON CONFLICT`)
  if (upsert) return translateUpsert(upsert, relation, target, context)
  if (or === 'IGNORE') return 'ON CONFLICT DO NOTHING'
  return or === 'REPLACE' ? replace(relation) : ''
}

/** The row that is there gets all values of the new one, and the defaults for those that it does not give. */
function replace(relation: RelationRef): string {
  if (relation.uniques.length === 0 && !relation.uniqueByHash) return ''
  const key = onlyKey(relation, 'INSERT OR REPLACE')
  const set = relation.columns
    .filter(({ target, generated }) => !generated && !key.includes(target))
    .map(({ target }) => `${quoteName(target)} = EXCLUDED.${quoteName(target)}`)
  return set.length > 0
    ? `ON CONFLICT ${keySql(key)} DO UPDATE SET ${set.join(', ')}`
    : 'ON CONFLICT DO NOTHING'
}

function translateUpsert(upsert: Upsert, relation: RelationRef, target: From, context: QueryContext): string {
  if (upsert.targetWhere) throw new Untranslatable('ON CONFLICT about a part of the rows')
  const named = upsert.target.length > 0 ? namedKey(upsert, relation) : undefined
  if (!upsert.set) return `ON CONFLICT ${named ? `${keySql(named)} ` : ''}DO NOTHING`
  const key = named ?? onlyKey(relation, 'ON CONFLICT without columns')
  const inside = context.within({ outer: withExcluded(relation, context.outer) })
  const scope = scopeOf(target, inside)
  const set = translateSet(upsert.set, relation, scope, inside)
  const where = upsert.where ? ` WHERE ${translateCondition(upsert.where, scope)}` : ''
  return `ON CONFLICT ${keySql(key)} DO UPDATE SET ${set}${where}`
}

/** PL/pgSQL takes these for its own variables, as no table can stand before a name here. */
const VARIABLES = /^(new|old|found|tg_.*)$/

function keySql(key: readonly string[]): string {
  if (key.some(name => VARIABLES.test(name)))
    throw new Untranslatable('a conflict about a column that has the name of a variable of triggers')
  return `(${key.map(quoteName).join(', ')})`
}

function namedKey({ target }: Upsert, relation: RelationRef): string[] {
  const names = target.map(({ expression }) => {
    if (expression.kind !== 'column') throw new Untranslatable('ON CONFLICT about an expression')
    return expression.name
  })
  const columns = writtenColumns(relation, names).map(column => column.target)
  const key = distinctKeys(relation).find(
    candidate => candidate.length === columns.length && candidate.every(name => columns.includes(name)),
  )
  if (!key) throw new Untranslatable('ON CONFLICT about columns that are not unique in the target')
  return plainKey(relation, key)
}

/** With several keys a new row may meet several rows, which PostgreSQL would not replace by one. */
function onlyKey(relation: RelationRef, what: string): string[] {
  if (relation.uniqueByHash)
    throw new Untranslatable(`${what} into a table whose key is too long for a btree, and unique by hash`)
  const keys = distinctKeys(relation)
  if (keys.length !== 1) throw new Untranslatable(`${what} into a table with more than one unique key`)
  return plainKey(relation, keys[0]!)
}

function distinctKeys({ uniques }: RelationRef): string[][] {
  const bySet = new Map(uniques.map(key => [JSON.stringify(key.toSorted()), key]))
  return [...bySet.values()]
}

function plainKey({ columns }: RelationRef, key: string[]): string[] {
  const isPlain = key.every(name => !columns.find(({ target }) => target === name)?.collation)
  if (!isPlain) throw new Untranslatable('a conflict about texts under a collation other than BINARY')
  return key
}

/** `excluded`, around what else is there. */
function withExcluded(relation: RelationRef, outer: Scope | undefined): Scope {
  const columns = itemOf(relation, 'excluded', 'excluded').columns
  return {
    column: (name, table) =>
      table !== undefined && sameName(table, 'excluded')
        ? columns.find(column => sameName(column.name, name))?.ref
        : outer?.column(name, table),
  }
}
