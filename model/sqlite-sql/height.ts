/** Long chains (`a || b || …`) are trees as high as they are long, and whoever translates a tree calls itself. */

/** SQLite's own limit is 1,000 (https://sqlite.org/limits.html#max_expr_depth). */
export const HIGHEST = 1000

/** Whether no path from the root leads through more than `HIGHEST` nodes; walks without calling itself. */
export function isLowEnough(root: object): boolean {
  let level: object[] = [root]
  for (let height = 0; level.length > 0; height++) {
    if (height > HIGHEST) return false
    level = level.flatMap(childrenOf)
  }
  return true
}

/** The nodes below one; a list of nodes is no level of its own. */
function childrenOf(node: object): object[] {
  return Object.values(node)
    .flat(2)
    .filter(child => typeof child === 'object' && child !== null)
}
