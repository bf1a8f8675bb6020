/** Rules in words. */
import { oneLine, showName } from './name-text.ts'
import type { Rule, RuleKind } from './rules.ts'

/** As the plan file names it, else made from its kind and what it is about; `at`: which one of the list it is. */
export function ruleName(rule: Rule, at: number): string {
  if (rule.name !== undefined) return oneLine(rule.name)
  if ('all' in rule) return 'orphans all'
  if (rule.kind === 'no-rows' || rule.kind === 'same') return `${rule.kind} (number ${at + 1})`
  const of = rule.table === undefined ? '' : ` ${showName(rule.table)}`
  if ('column' in rule) return `${rule.kind}${of}.${showName(rule.column)}`
  return 'columns' in rule ? nameWithColumns(rule.kind, rule.table, rule.columns) : `${rule.kind}${of}`
}

/** Of one foreign key among all. */
export const orphanName = (table: string, columns: readonly string[]): string =>
  nameWithColumns('orphans', table, columns)

const nameWithColumns = (kind: RuleKind, table: string, columns: readonly string[]) =>
  `${kind} ${showName(table)} (${columns.map(showName).join(', ')})`

/** What a plan is shown with: it decides nothing about what is written, and so is no part of it. */
export const ruleLines = (rules: readonly Rule[]): string[] =>
  rules.map((rule, at) => {
    const name = ruleName(rule, at)
    return rule.name === undefined ? name : `${name} (${rule.kind})`
  })
