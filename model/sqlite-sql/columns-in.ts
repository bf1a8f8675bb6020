/** Names of columns that an expression speaks of. */

import type { Expression } from './ast.ts'
import { foldName } from './names.ts'

/** As `foldName` has them, subqueries included; a quoted name that is no column is among them. */
export function columnsIn(expression: Expression): Set<string> {
  const found = new Set<string>()
  visit(expression)
  return found

  function visit(node: unknown): void {
    if (Array.isArray(node)) node.forEach(visit)
    else if (typeof node === 'object' && node !== null) {
      if ('kind' in node && node.kind === 'column' && 'name' in node) found.add(foldName(String(node.name)))
      Object.values(node).forEach(visit)
    }
  }
}
