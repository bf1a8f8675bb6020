/** `rowid = NEW.rowid` on tables whose row numbers are not in the target: by the primary key instead. */
import type { Expression } from '../sqlite-sql/ast.ts'
import { isRowNumber, sameName } from '../sqlite-sql/names.ts'
import { type From, isCalled } from './from.ts'
import type { RelationRef } from './scope.ts'
import { conjuncts } from './tree.ts'
import type { TriggerContext } from './trigger-context.ts'

type Column = Extract<Expression, { kind: 'column' }>

/** The condition with the key in place of the row number, where it is about the row that the trigger fires for. */
export function ownRow(
  where: Expression,
  target: From,
  written: RelationRef,
  { relation, event }: TriggerContext,
): Expression {
  const { primaryKey, columns, rowid, sql } = relation
  if (rowid !== undefined || !primaryKey || written.sql !== sql) return where
  const record = event === 'DELETE' ? 'OLD' : 'NEW'
  const names = primaryKey.map(key => columns.find(column => column.target === key)!.name)
  const isKey = all(
    names.map(name => equal(columnNode(name, target.items[0]!.name!), columnNode(name, record))),
  )
  return all(conjuncts(where).map(node => (isOwnNumber(node, target, relation) ? isKey : node)))
}

const columnNode = (name: string, table: string): Column => ({ kind: 'column', name, table, quoted: false })

const equal = (left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator: '=',
  left,
  right,
})

const all = (nodes: Expression[]): Expression =>
  nodes.reduce((left, right) => ({ kind: 'binary', operator: 'AND', left, right }))

function isOwnNumber(node: Expression, target: From, relation: RelationRef): boolean {
  if (node.kind !== 'binary' || node.operator !== '=') return false
  const sides = [node.left, node.right].filter(side => side.kind === 'column')
  const isNumber = ({ name }: Column) =>
    isRowNumber(name) && !relation.columns.some(column => sameName(column.name, name))
  if (sides.length < 2 || !sides.every(isNumber)) return false
  const isRecord = ({ table }: Column) => table !== undefined && /^(new|old)$/i.test(table)
  const isTarget = ({ table }: Column) => table === undefined || isCalled(target.items[0]!, table)
  return sides.some(isRecord) && sides.some(side => !isRecord(side) && isTarget(side))
}
