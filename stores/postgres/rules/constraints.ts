/** Constraints and indexes, counted by type. */
import { CONSTRAINTS, type ConstraintKind } from '../../../model/rules.ts'
import { literal } from '../quote.ts'
import type { Counted, Of } from './counted.ts'

const WORDS: Readonly<Record<ConstraintKind, string>> = {
  primary_key: 'primary key',
  foreign_key: 'foreign key',
  unique: 'unique constraint',
  check: 'check',
  exclusion: 'exclusion constraint',
  not_null: 'NOT NULL',
  index: 'index',
}

/** Of all tables together. */
export function ofConstraints({ tables, counts }: Of<'constraints'>): Counted {
  const places = tables.map(({ schema, name }) => `(${literal(schema)}, ${literal(name)})`).join(', ')
  const ofType = (type: string) =>
    `(SELECT count(*) FROM pg_constraint WHERE contype = '${type}' AND conrelid IN (SELECT oid FROM tables))`
  const amounts: Readonly<Record<ConstraintKind, string>> = {
    primary_key: ofType('p'),
    foreign_key: ofType('f'),
    unique: ofType('u'),
    check: ofType('c'),
    exclusion: ofType('x'),
    not_null: `(SELECT count(*) FROM pg_attribute
                 WHERE attnotnull AND attnum > 0 AND NOT attisdropped AND attrelid IN (SELECT oid FROM tables))`,
    index: `(SELECT count(*) FROM pg_index WHERE indrelid IN (SELECT oid FROM tables))`,
  }
  const wanted = CONSTRAINTS.filter(kind => counts[kind] !== undefined)
  return {
    sql: `WITH tables AS (
            SELECT r.oid FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
             WHERE ${tables.length === 0 ? 'false' : `(n.nspname, r.relname) IN (${places})`})
          SELECT ${wanted.map(kind => amounts[kind]).join(', ')}`,
    judge: found => {
      const wrong = wanted.flatMap((kind, i) =>
        found[i] === counts[kind] ? [] : [`${WORDS[kind]}: ${found[i]}, and ${counts[kind]} expected`],
      )
      return wrong.length > 0 ? { reason: wrong.join('; ') } : {}
    },
  }
}
