/** Checks, foreign keys and extended statistics of a table. */
import { showName } from '../../../model/name-text.ts'
import type { CheckPlan, ForeignKeyPlan } from '../../../model/plan.ts'
import { ident, qualified } from '../quote.ts'
import type { Comparison } from './compare.ts'
import { type Difference, inBrackets, sqlOf } from './difference.ts'
import { sameExpression } from './expression.ts'
import type { CheckShape, ForeignKeyShape } from './shape.ts'

/** Pairs off what is the same, by the strictest of rules first; what is left of both sides. */
function pairs<W, F>(
  wished: readonly W[],
  found: readonly F[],
  rules: readonly ((wish: W, there: F) => boolean)[],
) {
  const free = new Set(found)
  const matched = new Map<W, F>()
  for (const same of rules)
    for (const wish of wished) {
      const there = matched.has(wish) ? undefined : [...free].find(one => same(wish, one))
      if (there === undefined) continue
      free.delete(there)
      matched.set(wish, there)
    }
  return { matched, open: wished.filter(wish => !matched.has(wish)), free }
}

export function compareChecks(comparison: Comparison): Difference[] {
  const { wished, found, plan, wasMade } = comparison
  const saysSame = (wish: CheckPlan, there: CheckShape) => sameExpression(wish.expression, there.expression)
  const { matched, open, free } = pairs(wished.checks, found.checks, [
    (wish, there) => wish.name === there.name && saysSame(wish, there),
    saysSame,
  ])
  const missing = open.filter(({ name }) => wasMade({ kind: 'check', name }))
  const unlike = (wish: CheckPlan): Difference => {
    const { name } = wish
    const sql = sqlOf(plan, { kind: 'check', name })
    const named = [...free].find(there => there.name === name)
    // The only ones left may mean the same: nobody can tell in general.
    const other = named ?? (free.size === 1 && missing.length === 1 ? [...free][0] : undefined)
    return other
      ? {
          ...{ code: 'check-differs', columns: other.columns },
          message: `its check ${showName(other.name)} is another one than ${showName(name)}, or says it otherwise`,
          remedy: `It is CHECK ${other.expression}: where the two do not mean the same, drop it and run ${sql}`,
        }
      : {
          ...{ code: 'check-missing', columns: [] },
          message: `the check ${showName(name)} is missing`,
          remedy: `Run ${sql}`,
        }
  }
  return [
    ...missing.map(unlike),
    ...found.checks.flatMap(notValidated(comparison, 'check', isWaived(matched))),
  ]
}

export function compareForeignKeys(comparison: Comparison): Difference[] {
  const { wished, found, plan, wasMade } = comparison
  const { matched, open } = pairs(wished.foreignKeys, found.foreignKeys, [
    (wish, there) => sameEnds(wish, there) && rulesOf(wish) === rulesOf(there),
    sameEnds,
  ])
  const missing = open.filter(({ name }) => wasMade({ kind: 'foreign key', name }))
  const remedy = (key: ForeignKeyPlan) => sqlOf(plan, { kind: 'foreign key', name: key.name })
  return [
    ...missing.map(
      (key): Difference => ({
        ...{ code: 'foreign-key-missing', columns: key.columns },
        message: `the foreign key ${showName(key.name)} on ${inBrackets(key.columns)} to ${showName(key.references.table)} is missing`,
        remedy: `Run ${remedy(key)}`,
      }),
    ),
    ...[...matched].flatMap(([key, there]): Difference[] => {
      const [is, was] = [there, key].map(rulesOf)
      return is === was
        ? []
        : [
            {
              ...{ code: 'foreign-key-differs', columns: key.columns },
              message: `its foreign key ${showName(there.name)} to ${showName(key.references.table)} is ${is}, and would be ${was}`,
              remedy: `Drop it and run ${remedy(key)}`,
            },
          ]
    }),
    ...found.foreignKeys
      .filter(comparison.knowsParent)
      .flatMap(notValidated(comparison, 'foreign key', isWaived(matched))),
  ]
}

/** The same columns refer to the same ones, in whatever order they stand. */
function sameEnds(wish: ForeignKeyPlan, there: ForeignKeyShape): boolean {
  const ends = ({ columns, references }: Pick<ForeignKeyShape, 'columns' | 'references'>) =>
    JSON.stringify([
      references.schema,
      references.table,
      columns.map((name, i) => [name, references.columns[i]]).sort(),
    ])
  return ends(wish) === ends(there)
}

const rulesOf = ({
  onUpdate,
  onDelete,
  deferred,
}: Pick<ForeignKeyShape, 'onUpdate' | 'onDelete' | 'deferred'>): string =>
  `ON UPDATE ${onUpdate} ON DELETE ${onDelete}${deferred ? ' INITIALLY DEFERRED' : ''}`

/** The plan made it for new rows only, as rows of the source break it. */
const isWaived =
  <W extends { notValid?: boolean }, F>(matched: ReadonlyMap<W, F>) =>
  (there: F): boolean =>
    [...matched].some(([wish, match]) => match === there && wish.notValid === true)

const notValidated =
  <F extends CheckShape | ForeignKeyShape>(
    { plan, isTold }: Comparison,
    kind: 'check' | 'foreign key',
    waived: (there: F) => boolean,
  ) =>
  (there: F): Difference[] =>
    there.validated || waived(there) || isTold({ kind: 'constraint for new rows', name: there.name })
      ? []
      : [
          {
            code: kind === 'check' ? 'check-not-validated' : 'foreign-key-not-validated',
            columns: there.columns,
            message: `its ${kind} ${showName(there.name)} on ${inBrackets(there.columns)} is NOT VALID: nobody checked the rows that are there`,
            remedy: `Run ALTER TABLE ${qualified(plan.target.schema, plan.target.name)} VALIDATE CONSTRAINT ${ident(there.name)}`,
          },
        ]

export function compareStatistics({ wished, found, plan, wasMade }: Comparison): Difference[] {
  const there = new Set(found.statistics.map(columns => JSON.stringify(columns)))
  return wished.statistics
    .filter(({ columns }) => !there.has(JSON.stringify([...columns].sort())))
    .filter(({ name }) => wasMade({ kind: 'extended statistics', name }))
    .map(({ name, columns }) => ({
      ...{ code: 'statistics-missing', columns },
      message: `the extended statistics ${showName(name)} on ${inBrackets(columns)} are missing`,
      remedy: `Run ${sqlOf(plan, { kind: 'extended statistics', name })}`,
    }))
}
