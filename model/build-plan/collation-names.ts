/** Names of collations in a plan file, looked up in the target. */
import { BY_BYTES, collationSql } from '../collation-sql.ts'
import { didYouMean } from '../did-you-mean.ts'
import { showName } from '../name-text.ts'
import type { CollationThere, TargetDescription } from '../target.ts'
import type { Planning } from './draft.ts'

/** The word for the collation that the database has by default. */
export const DEFAULT = 'default'

/** Each name is looked up and reported once, by whoever asks for it first. */
export class CollationNames {
  readonly #planning: Planning
  readonly #known = new Map<string, string | undefined>()

  constructor(planning: Planning) {
    this.#planning = planning
  }

  /** The collation in SQL; undefined for that of the database, and, with a finding, for one that is not there. */
  resolve(name: string, object: string): string | undefined {
    if (name === DEFAULT) return undefined
    if (!this.#known.has(name)) this.#known.set(name, this.#find(name, object))
    return this.#known.get(name)
  }

  #find(name: string, object: string): string | undefined {
    const { target, findings } = this.#planning
    // Nobody looked at a target.
    if (!target.collations) return collationSql({ schema: 'pg_catalog', name })
    const found = findCollation(target.collations, name, target.schema.name)
    if (!found) findings.push(unknown(target.collations, name, object))
    else if (!found.exact) findings.push(inexact(name, object))
    return found && collationSql(found)
  }
}

/** A name, or `schema.name`; a name may hold dots itself. PostgreSQL's own go before those of the plan's schema. */
function findCollation(there: readonly CollationThere[], name: string, schema: string) {
  const find = (inSchema: string, wanted: string) =>
    there.find(collation => collation.schema === inSchema && collation.name === wanted)
  return (
    find('pg_catalog', name) ??
    find(schema, name) ??
    there.find(collation => `${collation.schema}.${collation.name}` === name)
  )
}

function unknown(there: readonly CollationThere[], name: string, object: string) {
  const names = there.map(collation =>
    collation.schema === 'pg_catalog' ? collation.name : `${collation.schema}.${collation.name}`,
  )
  const meant = didYouMean(name, [DEFAULT, ...names])
  const alike = names.filter(other => other.slice(0, 2).toLowerCase() === name.slice(0, 2).toLowerCase())
  const some = (alike.length > 0 ? alike : names).slice(0, 8).map(showName).join(', ')
  return {
    ...{ code: 'collation-unknown', severity: 'refused' as const, object },
    message: `the target has no collation ${showName(name)}`,
    remedy: `${meant === undefined ? '' : `Did you mean ${showName(meant)}? `}Write C, ${DEFAULT}, or one of the ${names.length} that pg_collation lists there, as ${some}`,
  }
}

function inexact(name: string, object: string) {
  return {
    ...{ code: 'collation-not-exact', severity: 'warning' as const, object },
    message: `the collation ${showName(name)} calls different texts equal: keys that the source tells apart may collide, which shows when they are made, and LIKE needs PostgreSQL 18 or COLLATE "C"`,
    remedy: 'Name a deterministic collation where keys must stay as they are',
  }
}

/** Whether the collation calls nothing equal but what has the same bytes. */
export function isExact({ collations = [] }: TargetDescription, sql: string): boolean {
  return sql === BY_BYTES || (collations.find(there => collationSql(there) === sql)?.exact ?? true)
}
