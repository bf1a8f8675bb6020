/**
 * Primary keys, unique constraints and indexes of a table. What they are over decides, and not their names: whoever
 * copied may have named them otherwise. Each of the target's stands for one of the plan's.
 */
import { showName } from '../../../model/name-text.ts'
import { type IndexPlan, isExclusion, type TablePlan } from '../../../model/plan.ts'
import { qualified } from '../quote.ts'
import type { Comparison } from './compare.ts'
import { type Difference, type Part, sqlOf } from './difference.ts'
import { sameExpression } from './expression.ts'
import { type IndexPartShape, type IndexShape, keepsUnique } from './shape.ts'

/** One of the plan's, in the form of those of the target. */
interface Wish {
  part: Part
  kind: 'primary key' | 'unique constraint' | 'index'
  shape: Pick<IndexShape, 'name' | 'unique' | 'method' | 'parts' | 'where'>
}

/** @returns what is missing or otherwise, and what is there and of no use */
export function compareKeys(comparison: Comparison): Difference[] {
  const { wished, found, wasMade } = comparison
  const free = new Set(found.indexes)
  const open = new Set(wishesOf(wished))
  // Who is alike in all goes first, so that a unique index is not spent on a wish for a plain one.
  for (const fits of [isAlike, serves])
    for (const wish of open) {
      const match = [...free].find(index => fits(wish, index))
      if (!match) continue
      free.delete(match)
      open.delete(wish)
    }
  const missing = [...open].filter(({ part }) => wasMade(part))
  return [
    ...missing.map(wish => lacking(comparison, wish, free)),
    ...found.indexes.flatMap(invalid(comparison)),
  ]
}

function wishesOf({ primaryKey, uniques, indexes }: TablePlan): Wish[] {
  const key = (kind: 'primary key' | 'unique', { name, columns }: TablePlan['uniques'][number]): Wish => ({
    part: { kind, name: name ?? `(${columns.join(', ')})` },
    kind: kind === 'unique' ? 'unique constraint' : kind,
    shape: {
      ...{ name: name ?? '', unique: true, method: 'btree' },
      parts: columns.map(term => ({ term, isColumn: true, descending: false })),
    },
  })
  return [
    ...(primaryKey ? [key('primary key', primaryKey)] : []),
    ...uniques.map(unique => key('unique', unique)),
    ...indexes.map(indexWish),
  ]
}

function indexWish(index: IndexPlan): Wish {
  const { name, unique, method = 'btree', where } = index
  return {
    part: { kind: isExclusion(index) ? 'unique' : 'index', name },
    kind: isExclusion(index) ? 'unique constraint' : 'index',
    shape: {
      ...{ name, unique, method },
      parts: index.parts.map(({ column, expression = '', descending, operators }) => ({
        ...{ term: column ?? expression, isColumn: column !== undefined, descending },
        ...(operators !== undefined && { operators: lastName(operators) }),
      })),
      ...(where !== undefined && { where }),
    },
  }
}

/** Of a name in SQL that may have its schema before it. */
const lastName = (sql: string): string => {
  const [, quoted, bare] = /(?:"((?:[^"]|"")*)"|([^".]*))$/.exec(sql) ?? []
  return quoted?.replaceAll('""', '"') ?? bare ?? sql
}

function isAlike(wish: Wish, index: IndexShape): boolean {
  return (
    (wish.kind === 'primary key') === (index.of === 'primary key') &&
    wish.shape.unique === keepsUnique(index) &&
    serves(wish, index)
  )
}

/** A unique one finds rows as well as a plain one; how it is kept unique is the target's business. */
function serves({ kind, shape }: Wish, index: IndexShape): boolean {
  if (kind === 'primary key' && index.of !== 'primary key') return false
  if (shape.unique ? !keepsUnique(index) : shape.method !== index.method) return false
  return sameParts(shape.parts, index.parts) && sameExpression(shape.where, index.where)
}

const sameParts = (wished: readonly IndexPartShape[], found: readonly IndexPartShape[]): boolean =>
  wished.length === found.length && wished.every((part, i) => samePart(part, found[i]!))

function samePart(wished: IndexPartShape, found: IndexPartShape): boolean {
  return (
    wished.isColumn === found.isColumn &&
    (wished.isColumn ? wished.term === found.term : sameExpression(wished.term, found.term)) &&
    wished.descending === found.descending &&
    wished.operators === found.operators &&
    wished.collation === found.collation
  )
}

function lacking({ plan }: Comparison, wish: Wish, free: ReadonlySet<IndexShape>): Difference {
  const { kind, part, shape } = wish
  const columns = columnsOf(shape.parts)
  const sql = sqlOf(plan, part)
  const named = [...free].find(index => index.name === shape.name)
  if (named)
    return {
      ...{ code: 'index-differs', columns },
      message: `its ${kind} ${showName(shape.name)} on ${asText(shape)} is another one: ${unlike(wish, named)}`,
      remedy: `Drop it and run ${sql}`,
    }
  const name = shape.name === '' ? '' : ` ${showName(shape.name)}`
  return {
    ...{ code: codeOf(wish), columns },
    message: `the ${shape.unique && kind === 'index' ? 'unique ' : ''}${kind}${name} on ${asText(shape)} is missing`,
    remedy: `Run ${sql}`,
  }
}

const codeOf = ({ kind, shape }: Wish): Difference['code'] => {
  if (kind === 'primary key') return 'primary-key-missing'
  return shape.unique ? 'unique-missing' : 'index-missing'
}

/** Names of columns alone: what expressions say is in the remedy, which travels nowhere. */
function asText({ parts, where }: Wish['shape']): string {
  const terms = parts.map(
    ({ term, isColumn, descending }) =>
      `${isColumn ? showName(term) : 'an expression'}${descending ? ' DESC' : ''}`,
  )
  return `(${terms.join(', ')})${where === undefined ? '' : ' with a condition'}`
}

/** In what one of the same name differs. */
function unlike({ kind, shape }: Wish, index: IndexShape): string {
  const words = [
    ...(shape.unique === keepsUnique(index) ? [] : [shape.unique ? 'not unique' : 'unique']),
    ...(shape.unique || shape.method === index.method ? [] : [`of the kind ${index.method}`]),
    ...(sameParts(shape.parts, index.parts)
      ? []
      : [`on ${asText(index)}, or with other expressions or operators`]),
    ...(sameExpression(shape.where, index.where) ? [] : ['with another condition']),
  ]
  return words.join(', ') || `not a ${kind}`
}

/** Undefined names of expressions make it one about the table. */
const columnsOf = (parts: readonly IndexPartShape[]): string[] =>
  parts.every(({ isColumn }) => isColumn) ? parts.map(({ term }) => term) : []

const invalid =
  ({ plan }: Comparison) =>
  (index: IndexShape): Difference[] =>
    index.valid
      ? []
      : [
          {
            code: 'index-invalid',
            columns: columnsOf(index.parts),
            message: `its ${index.of ?? 'index'} ${showName(index.name)} on ${asText(index)} is not valid: no query uses it, and it may not know all rows`,
            remedy: `Run REINDEX INDEX ${qualified(plan.target.schema, index.name)}`,
          },
        ]
