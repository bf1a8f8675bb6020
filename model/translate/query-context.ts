/** What is known around a query while it is translated: its tables, the query outside of it, the aliases taken. */
import { assignNames, nameFits } from '../build-plan/names.ts'
import { showName } from '../name-text.ts'
import { sameName } from '../sqlite-sql/names.ts'
import { type RelationRef, type Relations, type Scope, Untranslatable } from './scope.ts'

/** Names that PL/pgSQL and ON CONFLICT give a meaning of their own. */
const RESERVED = ['new', 'old', 'excluded', 'found']

export interface QueryContext {
  relations: Relations
  outer?: Scope
  /** A table or view by its name; throws `Untranslatable` where the target has none. */
  table(name: string, schema?: string): RelationRef
  /**
   * A name in the target's SQL for something that the source calls `wanted`, unlike all others around it: a
   * column of an outer query must not be caught by a table of the inner one.
   */
  alias(wanted: string): string
  /** For a query that stands inside or beside: aliases that it takes are not taken here. */
  within(more?: { outer?: Scope; tables?: Relations['relation'] }): QueryContext
}

/** `outer`: what the names mean that the query does not know itself. */
export function queryContext(
  relations: Relations,
  outer?: Scope,
  around: Iterable<string> = RESERVED,
): QueryContext {
  const taken = new Set(around)
  return {
    relations,
    ...(outer && { outer }),
    table: (name, schema) => findTable(relations, name, schema),
    alias: wanted => freeAlias(wanted, taken),
    within: more =>
      queryContext(
        more?.tables ? withTables(relations, more.tables) : relations,
        more?.outer ?? outer,
        taken,
      ),
  }
}

function findTable(relations: Relations, name: string, schema?: string): RelationRef {
  if (schema !== undefined && !sameName(schema, 'main'))
    throw new Untranslatable(`it reads another database (${showName(schema)})`)
  const relation = relations.relation(name)
  if (!relation) throw new Untranslatable(`it reads ${showName(name)}, which is not in the target`)
  return relation
}

function withTables(relations: Relations, tables: Relations['relation']): Relations {
  return { ...relations, relation: name => tables(name) ?? relations.relation(name) }
}

function freeAlias(wanted: string, taken: Set<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}_${count}`
    if (!nameFits(name)) return assignNames([wanted], taken)[0]!
    if (taken.has(name)) continue
    taken.add(name)
    return name
  }
}
