/** SELECT in a trigger: it does nothing, but for the RAISE in it. */
import type { Expression, FunctionCall, Query, Select } from '../sqlite-sql/ast.ts'
import { isPure, showFunction } from './call.ts'
import { translateCondition, translateValue } from './expression.ts'
import { NOTHING } from './from.ts'
import { translateWithin } from './query.ts'
import { Untranslatable } from './scope.ts'
import { scopeOf } from './select-scope.ts'
import { isAggregate, some } from './tree.ts'
import type { TriggerContext } from './trigger-context.ts'

type Raise = Extract<Expression, { kind: 'raise' }>

/** The statements that a SELECT comes to. Throws `Untranslatable`. */
export function translateCheck(query: Query, context: TriggerContext): string[] {
  const effect = effectIn(query)
  if (effect)
    throw new Untranslatable(`the function ${showFunction(effect.name)}, which may do more than give a value`)
  if (!hasRaise(query)) return []
  const [select] = query.bodies
  if (query.bodies.length > 1 || select?.kind !== 'select')
    throw new Untranslatable('RAISE in a compound SELECT')
  const choices = select.columns.flatMap(column =>
    column.kind === 'expression' && hasRaise(column.expression) ? [spelledOut(column.expression)] : [],
  )
  if (choices.length === 0 || hasRaise({ ...select, columns: [] }))
    throw new Untranslatable('RAISE elsewhere than in the columns of a SELECT')
  return choices.flatMap(choice =>
    isPlain(query, select) ? plainCheck(choice, select, context) : rowsCheck(choice, query, select, context),
  )
}

/** A call of a function of the application: what it does is why it is called in a SELECT whose result nobody reads. */
function effectIn(node: unknown): FunctionCall | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if ('kind' in node && node.kind === 'call' && !isPure(node as FunctionCall)) return node as FunctionCall
  for (const part of Object.values(node)) {
    const found = effectIn(part)
    if (found) return found
  }
  return undefined
}

/** Whether RAISE is anywhere in it, in queries too. */
export function hasRaise(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasRaise)
  if (typeof node !== 'object' || node === null) return false
  return ('kind' in node && node.kind === 'raise') || Object.values(node).some(hasRaise)
}

/** The other ways to write a choice, as CASE. */
function spelledOut(node: Expression): Expression {
  if (node.kind !== 'call') return node
  const [first, second, third] = node.arguments
  const name = node.name.toLowerCase()
  if ((name === 'iif' || name === 'if') && first && second)
    return choice(first, second, third ?? { kind: 'null' })
  if ((name === 'coalesce' || name === 'ifnull') && first && second && !third)
    return choice({ kind: 'is-null', not: false, operand: first }, second, { kind: 'null' })
  return node
}

function choice(when: Expression, then: Expression, otherwise: Expression): Expression {
  return { kind: 'case', branches: [{ when, then }], else: otherwise }
}

/** One row for certain, or none by WHERE. */
function isPlain(query: Query, { columns, from, group, having }: Select): boolean {
  const isGrouped = columns.some(
    column => column.kind === 'expression' && some(column.expression, isAggregate),
  )
  return !from && group.length === 0 && !having && !isGrouped && !query.limit && !query.with
}

function plainCheck(node: Expression, { where }: Select, context: TriggerContext): string[] {
  const checks = choose(node, context)
  return where ? ifThen([{ when: condition(where, context), lines: checks }]) : checks
}

function choose(written: Expression, context: TriggerContext): string[] {
  const node = spelledOut(written)
  if (node.kind === 'raise') return raise(node, context)
  if (!hasRaise(node)) return ['NULL;']
  if (node.kind !== 'case') throw new Untranslatable('RAISE inside of a larger expression')
  const branches = conditionsOf(node).map(({ when, then }) => ({
    when: condition(when, context),
    lines: choose(then, context),
  }))
  return ifThen(branches, node.else && hasRaise(node.else) ? choose(node.else, context) : undefined)
}

function ifThen(branches: { when: string; lines: string[] }[], otherwise?: string[]): string[] {
  const indented = (lines: string[]) => lines.map(line => `  ${line}`)
  return [
    ...branches.flatMap(({ when, lines }, i) => [
      `${i === 0 ? 'IF' : 'ELSIF'} ${when} THEN`,
      ...indented(lines),
    ]),
    ...(otherwise ? ['ELSE', ...indented(otherwise)] : []),
    'END IF;',
  ]
}

/** The branches of a CASE, with or without an operand, as conditions. */
function conditionsOf({ operand, branches }: Extract<Expression, { kind: 'case' }>) {
  if (!operand) return branches
  return branches.map(branch => ({
    ...branch,
    when: { kind: 'binary' as const, operator: '=' as const, left: operand, right: branch.when },
  }))
}

/** A SELECT over rows raises as soon as one of them says so: which of them comes first is not asked. */
function rowsCheck(node: Expression, query: Query, select: Select, context: TriggerContext): string[] {
  const raises: Raise[] = []
  const expression = numbered(node, raises)
  if (raises.length > 1 && raises.some(({ action }) => action === 'IGNORE'))
    throw new Untranslatable('RAISE(IGNORE) beside another RAISE over many rows')
  const body: Select = { ...select, columns: [{ kind: 'expression', expression, alias: 'raised', text: '' }] }
  const { sql } = translateWithin({ ...query, bodies: [body] }, context.query.within())
  return raises.flatMap((one, i) => {
    const rows = `SELECT FROM (${sql}) AS rows_found (raised) WHERE rows_found.raised = ${i + 1}`
    return ifThen([{ when: `EXISTS (${rows})`, lines: raise(one, context) }])
  })
}

/** The expression with 1, 2, … in place of each RAISE and 0 in place of what else it may give. */
function numbered(written: Expression, raises: Raise[]): Expression {
  const node = spelledOut(written)
  if (node.kind === 'raise') return { kind: 'number', text: String(raises.push(node)) }
  if (!hasRaise(node)) return { kind: 'number', text: '0' }
  if (node.kind !== 'case') throw new Untranslatable('RAISE inside of a larger expression')
  return {
    kind: 'case',
    branches: conditionsOf(node).map(({ when, then }) => ({
      when,
      // biome-ignore lint/suspicious/noThenProperty: the tree is data, nobody awaits it
      then: numbered(then, raises),
    })),
    else: node.else ? numbered(node.else, raises) : { kind: 'number', text: '0' },
  }
}

function condition(node: Expression, { query }: TriggerContext): string {
  return translateCondition(node, scopeOf(NOTHING, query))
}

/** ABORT, FAIL and ROLLBACK differ in what they leave of the statement; an exception leaves nothing of it. */
function raise({ action, message }: Raise, { timing, query, release }: TriggerContext): string[] {
  if (action === 'IGNORE') {
    if (timing === 'AFTER') throw new Untranslatable('RAISE(IGNORE) in an AFTER trigger')
    return [...release, 'RETURN NULL;']
  }
  if (!message) throw new Untranslatable('RAISE without a message')
  const { sql } = translateValue(message, scopeOf(NOTHING, query), { kind: 'text' })
  return [`RAISE EXCEPTION USING MESSAGE = ${sql}, ERRCODE = 'integrity_constraint_violation';`]
}
