/** CHECK constraints of tables that the run makes; they are added when the rows are there. */
import { rowsThat } from '../amounts.ts'
import { showName } from '../name-text.ts'
import type { CheckPlan } from '../plan.ts'
import type { Check } from '../schema.ts'
import { columnsIn } from '../sqlite-sql/columns-in.ts'
import { parseExpression } from '../sqlite-sql/parse.ts'
import { constraintNames, type Draft, leaveOut, type Planning } from './draft.ts'
import { namedColumn, translateRule } from './expressions.ts'
import { assignNames } from './names.ts'

/** Fills `checks` of each draft; keys must have their names before. */
export function planChecks(planning: Planning, drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    const made = draft.table.checks.flatMap((check, i) => planCheck(planning, draft, check, i))
    draft.plan.checks = withNames(draft, made)
    for (const [i, { check, at }] of made.entries())
      reportChecked(planning, draft, check, at, draft.plan.checks[i]!)
  }
}

interface Made {
  check: Check
  /** Its place among the checks of the source. */
  at: number
  expression: string
}

function planCheck(planning: Planning, draft: Draft, check: Check, at: number): Made[] {
  const translated = translateRule(planning, draft, {
    ...{ id: `check:${draft.table.name}:${at}`, kind: 'check', source: check.expression },
  })
  if (translated.reason !== undefined) leaveCheck(planning, draft, check, at, translated.reason)
  else if (translated.sql === 'true') reportTrue(planning, draft, check)
  else return [{ check, at, expression: translated.sql }]
  return []
}

function leaveCheck(planning: Planning, { table }: Draft, check: Check, at: number, problem: string): void {
  const which = check.name === undefined ? 'a check of it' : `its check ${showName(check.name)}`
  const reason = `${which} is not made, and the target will not refuse what it refused: ${problem}`
  leaveOut(
    planning,
    {
      ...{ kind: 'check', name: check.name ?? `${table.name} check ${at + 1}` },
      ...{ sql: `CHECK (${check.expression})`, reason },
    },
    {
      code: 'check-not-translated',
      object: `table ${table.name}`,
      remedy: 'Add one that says the same in the target after the run; the SQL is in the report',
    },
  )
}

function reportTrue(planning: Planning, { table }: Draft, { name }: Check): void {
  planning.findings.push({
    code: 'check-always-true',
    severity: 'note',
    object: `table ${table.name}`,
    message: `${name === undefined ? 'a check of it' : `its check ${showName(name)}`} is not needed in the target: the types of the columns see to it`,
  })
}

/** Names are those of the source where they are free on the table, else as PostgreSQL makes them. */
function withNames(draft: Draft, made: readonly Made[]): CheckPlan[] {
  const { plan, facts } = draft
  const keys = constraintNames(plan)
  const taken = new Set([...keys, ...made.flatMap(({ check }) => check.name ?? [])])
  const wanted = made.map(({ check }) => check.name ?? usualName(draft, check, taken))
  const names = assignNames(wanted, new Set(keys))
  return made.map(({ at, expression }, i) => ({
    ...{ name: names[i]!, expression },
    ...((facts.checks?.[at]?.broken ?? 0) > 0 && { notValid: true }),
  }))
}

/** `table_column_check` where it is about one column, `table_check` else, with a number where that is taken. */
function usualName(draft: Draft, { expression }: Check, taken: Set<string>): string {
  const names = [...columnsIn(parseExpression(expression))]
  const columns = new Set(names.flatMap(name => namedColumn(draft, name)?.target ?? []))
  const base = [draft.plan.target.name, ...(columns.size === 1 ? columns : []), 'check'].join('_')
  let name = base
  for (let n = 1; taken.has(name); n++) name = `${base}${n}`
  taken.add(name)
  return name
}

function reportChecked(
  planning: Planning,
  { table, facts }: Draft,
  check: Check,
  at: number,
  { name }: CheckPlan,
): void {
  const object = `table ${table.name}`
  if (check.name !== undefined && check.name !== name)
    planning.findings.push({
      ...{ code: 'name-changed', severity: 'note', object },
      message: `the name of its check ${showName(check.name)} is taken in the target, or has not 1 to 63 bytes; it becomes ${showName(name)}`,
    })
  const { broken = 0, example } = facts.checks?.[at] ?? {}
  if (broken === 0) return
  planning.findings.push({
    ...{ code: 'check-violated', severity: 'incomplete', object },
    message: `${rowsThat(broken, 'breaks', 'break')} its check ${showName(name)}: it is made NOT VALID, which binds only rows that are added or changed`,
    remedy:
      'Correct these rows in the source; or correct them in the target, and let ALTER TABLE … VALIDATE CONSTRAINT look at all rows',
    ...(example !== undefined && { example }),
  })
}
