/** Rules of the plan file against a plan: names of the source become those of the target, and what cannot be is told. */
import { lookUp } from './build-plan/names.ts'
import { oneLine } from './name-text.ts'
import { keepsOthers, type TablePlan } from './plan.ts'
import type { Outcome, Place, PlannedRule, RuleCheck, RuleColumn } from './rule-checks.ts'
import {
  columnOf,
  columnsOf,
  primaryKeyOf,
  type RulesAgainst,
  refuse,
  tableOf,
  Unplannable,
} from './rule-names.ts'
import { orphanName, ruleName } from './rule-text.ts'
import { unfitBound, unfitValue } from './rule-values.ts'
import type { Rule } from './rules.ts'
import type { ForeignKey } from './schema.ts'

/** All rules of the request's plan file, in its order. */
export function planRules(against: RulesAgainst): PlannedRule[] {
  return (against.request.file?.rules ?? []).flatMap((rule, at) => {
    if (rule.kind === 'orphans' && 'all' in rule) return everyForeignKey(against, rule, at)
    return {
      name: ruleName(rule, at),
      kind: rule.kind,
      at,
      ...checkOf(against, rule),
    }
  })
}

type Single = Exclude<Rule, { all: true }>

function checkOf(against: RulesAgainst, rule: Single): Outcome {
  try {
    return { check: planCheck(against, rule) }
  } catch (error) {
    if (error instanceof Unplannable) return error.outcome
    throw error
  }
}

function planCheck(against: RulesAgainst, rule: Single): RuleCheck {
  switch (rule.kind) {
    case 'no-rows':
      return { kind: rule.kind, sql: rule.sql }
    case 'same':
      return { kind: rule.kind, source: rule.source, target: rule.target }
    case 'constraints': {
      const tables = rule.table === undefined ? against.tables : [tableOf(against, rule.table)]
      return { kind: rule.kind, tables: tables.map(({ target }) => target), counts: rule.counts }
    }
    default:
      return planTableCheck(against, rule, tableOf(against, rule.table))
  }
}

type OfTable = Exclude<Single, { kind: 'no-rows' | 'same' | 'constraints' }>

function planTableCheck(against: RulesAgainst, rule: OfTable, table: TablePlan): RuleCheck {
  const place = table.target
  switch (rule.kind) {
    case 'rows':
      return { kind: 'rows', in: place, ...boundsOf(rule, table) }
    case 'orphans': {
      const { references } = rule
      const parent = tableOf(against, references.table)
      const names = references.columns ?? primaryKeyOf(against.schema, parent)
      const columns = columnsOf(table, rule.columns)
      if (names.length !== columns.length)
        refuse('the parent has a key of another number of columns', 'Name them under references: columns')
      return {
        kind: 'orphans',
        in: place,
        columns,
        parent: parent.target,
        parentColumns: columnsOf(parent, names),
      }
    }
    case 'required':
      return { kind: rule.kind, in: place, columns: columnsOf(table, rule.columns) }
    case 'unique':
      return {
        kind: rule.kind,
        in: place,
        columns: columnsOf(table, rule.columns),
        ignoreCase: rule.ignoreCase,
      }
    default:
      return planColumnCheck(rule, place, columnOf(table, rule.column))
  }
}

function planColumnCheck(
  rule: Extract<OfTable, { column: string }>,
  place: Place,
  column: RuleColumn,
): RuleCheck {
  if (rule.kind === 'json')
    return { kind: 'json', in: place, column, ...(rule.shape !== undefined && { shape: rule.shape }) }
  if (rule.kind === 'allowed') {
    const unfit = rule.values
      .map(value => unfitValue(value, column.type))
      .find(reason => reason !== undefined)
    if (unfit !== undefined) refuse(unfit, 'Write the values as the target has them')
    return { kind: 'allowed', in: place, column, values: rule.values.map(String), orNull: rule.orNull }
  }
  const { min, max } = rule
  for (const bound of [min, max]) {
    const unfit = bound === undefined ? undefined : unfitBound(bound, column.type)
    if (unfit !== undefined)
      refuse(unfit, 'Write numbers, dates or times as the target has them, or use no-rows')
  }
  const bounds = {
    ...(min !== undefined && { min: String(min) }),
    ...(max !== undefined && { max: String(max) }),
  }
  return { kind: 'range', in: place, column, ...bounds }
}

/** Of a percentage in binary floating point. */
const NOISE = 1e-6

function boundsOf(
  { min, max, expected, within }: Extract<Rule, { kind: 'rows' }>,
  { rows, ...table }: TablePlan,
): { least: number; most: number } {
  if (min !== undefined || max !== undefined) return { least: min ?? 0, most: max ?? Number.MAX_SAFE_INTEGER }
  if (expected === undefined && keepsOthers(table))
    refuse(
      'the target has rows of others, too, so that the number of the source says little',
      'Give min, max or expected',
    )
  const about = expected ?? rows
  const off = within === undefined ? 0 : 'rows' in within ? within.rows : (about * within.percent) / 100
  return { least: Math.max(0, Math.ceil(about - off - NOISE)), most: Math.floor(about + off + NOISE) }
}

function everyForeignKey(against: RulesAgainst, { name }: Rule, at: number): PlannedRule[] {
  return against.tables.flatMap(table =>
    (lookUp(against.schema.tables, table.name)?.foreignKeys ?? []).map(key => ({
      name: `${name === undefined ? '' : `${oneLine(name)}: `}${orphanName(table.name, key.columns)}`,
      ...{ kind: 'orphans' as const, at },
      ...foreignKeyCheck(against, table, key),
    })),
  )
}

/** One that cannot be checked is told by the planner's own findings. */
function foreignKeyCheck(against: RulesAgainst, table: TablePlan, key: ForeignKey): Outcome {
  const references = { table: key.table, columns: key.references }
  const planned = checkOf(against, { kind: 'orphans', table: table.name, columns: key.columns, references })
  return 'problem' in planned ? { leftOut: planned.problem } : planned
}
