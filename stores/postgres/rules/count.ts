/** Rules about the rows of a table as statements that count what breaks them. */
import type { Client } from 'pg'
import { count, number, rowsThat } from '../../../model/amounts.ts'
import { showName } from '../../../model/name-text.ts'
import type { RuleColumn } from '../../../model/rule-checks.ts'
import type { LogicalType } from '../../../model/types.ts'
import { literal } from '../quote.ts'
import { sqlType } from '../types.ts'
import { ofConstraints } from './constraints.ts'
import { type Counted, type CountedCheck, cell, from, type Of } from './counted.ts'
import { ofOrphans } from './orphans.ts'
import { ofUnique } from './unique.ts'

/** Asks the server for what the plan does not know. */
export async function counted(client: Client, check: CountedCheck): Promise<Counted> {
  switch (check.kind) {
    case 'rows':
      return ofRows(check)
    case 'orphans':
      return ofOrphans(client, check)
    case 'allowed':
      return ofAllowed(check)
    case 'required':
      return ofRequired(check)
    case 'unique':
      return ofUnique(client, check)
    case 'range':
      return ofRange(check)
    case 'constraints':
      return ofConstraints(check)
  }
}

const amountWhere = (conditions: readonly string[]) =>
  conditions.map(condition => `count(*) FILTER (WHERE ${condition})`).join(', ')

function ofRows({ in: place, least, most }: Of<'rows'>): Counted {
  return {
    sql: `SELECT count(*) FROM ${from(place)}`,
    judge: ([rows]) =>
      rows! >= least && rows! <= most
        ? {}
        : { reason: `it has ${count(rows!, 'row')}, and ${expected(least, most)} expected` },
  }
}

function expected(least: number, most: number): string {
  if (least === most) return `${number(least)} ${least === 1 ? 'is' : 'are'}`
  if (most === Number.MAX_SAFE_INTEGER) return `at least ${number(least)} are`
  return least === 0 ? `at most ${number(most)} are` : `${number(least)} to ${number(most)} are`
}

function ofAllowed({ in: place, column, values, orNull }: Of<'allowed'>): Counted {
  const listed = values.map(value => constant(value, column.type)).join(', ')
  return {
    sql: `SELECT ${amountWhere([`${exact(column)} NOT IN (${listed})`, `${cell(column)} IS NULL`])} FROM ${from(place)}`,
    judge: ([others, nulls]) => {
      const rows = others! + (orNull ? 0 : nulls!)
      const reasons = [
        ...(others! > 0 ? [rowsThat(others!, 'has another value', 'have another value')] : []),
        ...(nulls! > 0 && !orNull ? [rowsThat(nulls!, 'has NULL', 'have NULL')] : []),
      ]
      return rows > 0 ? { rows, reason: reasons.join(', ') } : {}
    },
  }
}

/** Byte by byte, also where a collation or citext would let other texts pass. */
const exact = (column: RuleColumn) =>
  column.type.kind === 'text' ? `${cell(column)}::text COLLATE "C"` : cell(column)

/** Blanks in the sense of SQL's standard, and what separates lines. */
const BLANKS = `E' \\t\\n\\r\\f\\v'`

function ofRequired({ in: place, columns }: Of<'required'>): Counted {
  const conditions = columns.map(column =>
    column.type.kind === 'text'
      ? `(${cell(column)} IS NULL OR btrim(${cell(column)}::text, ${BLANKS}) = '')`
      : `${cell(column)} IS NULL`,
  )
  return {
    sql: `SELECT ${amountWhere([conditions.join(' OR '), ...conditions])} FROM ${from(place)}`,
    judge: ([rows, ...missing]) => {
      const columnsOf = columns.flatMap(({ name }, i) =>
        missing[i]! > 0 ? [`${showName(name)} is missing in ${count(missing[i]!, 'row')}`] : [],
      )
      return rows! > 0 ? { rows: rows!, reason: columnsOf.join(', ') } : {}
    },
  }
}

function ofRange({ in: place, column, min, max }: Of<'range'>): Counted {
  const conditions = [
    min === undefined ? 'false' : `${cell(column)} < ${constant(min, column.type)}`,
    max === undefined ? 'false' : `${cell(column)} > ${constant(max, column.type)}`,
  ]
  return {
    sql: `SELECT ${amountWhere(conditions)} FROM ${from(place)}`,
    judge: ([below, above]) => {
      const reasons = [
        ...(below! > 0 ? [`${rowsThat(below!, 'is', 'are')} below ${min}`] : []),
        ...(above! > 0 ? [`${rowsThat(above!, 'is', 'are')} above ${max}`] : []),
      ]
      return reasons.length > 0 ? { rows: below! + above!, reason: reasons.join(', ') } : {}
    },
  }
}

/** Without the bounds of a length or a scale, to which a cast would cut it. */
function constant(value: string, type: LogicalType): string {
  if (type.kind === 'integer' || type.kind === 'numeric') return `${literal(value)}::numeric`
  if (type.kind === 'text') return literal(value)
  return `${literal(value)}::${sqlType(type)}`
}
