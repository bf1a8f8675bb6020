/** Order of the members of a JSON object that stand in a scratch. */
import type { Scratch } from './scratch.ts'

/**
 * Brings the members that begin at `starts[first]` and the places behind it, the last one ending where the
 * scratch ends, into the order of the bytes of their keys (sized UTF-8 at a member's beginning). Of equal
 * keys only the last one stays, unless `keepDoubles`. May append to `starts`.
 */
export function sortMembers(out: Scratch, starts: number[], first: number, keepDoubles: boolean): void {
  if (isSorted(out, starts, first)) return
  const end = out.length
  const order = inOrder(out, starts, first)
  starts.push(end)
  for (let i = 0; i < order.length; i++) {
    const member = order[i]!
    const next = order[i + 1]
    const doubled = next !== undefined && compareKeys(out.view, starts[member]!, starts[next]!) === 0
    if (keepDoubles || !doubled) out.repeat(starts[member]!, starts[member + 1]!)
  }
  out.cut(starts[first]!, end)
}

function isSorted(out: Scratch, starts: readonly number[], first: number): boolean {
  for (let i = first + 1; i < starts.length; i++) {
    if (compareKeys(out.view, starts[i - 1]!, starts[i]!) >= 0) return false
  }
  return true
}

/** Members up to which it costs less to insert each into those before than to call the engine's sort. */
const FEW = 16

/** Positions in `starts` by key, equal keys as they stood. */
function inOrder(out: Scratch, starts: readonly number[], first: number): number[] {
  const { view } = out
  const order: number[] = []
  if (starts.length - first > FEW) {
    for (let i = first; i < starts.length; i++) order.push(i)
    return order.sort((a, b) => compareKeys(view, starts[a]!, starts[b]!))
  }
  for (let i = first; i < starts.length; i++) {
    let at = order.length
    for (; at > 0 && compareKeys(view, starts[order[at - 1]!]!, starts[i]!) > 0; at--)
      order[at] = order[at - 1]!
    order[at] = i
  }
  return order
}

function compareKeys(view: DataView, a: number, b: number): number {
  const lengthA = view.getUint32(a, true)
  const lengthB = view.getUint32(b, true)
  const common = Math.min(lengthA, lengthB)
  for (let i = 0; i < common; i++) {
    const difference = view.getUint8(a + 4 + i) - view.getUint8(b + 4 + i)
    if (difference !== 0) return difference
  }
  return lengthA - lengthB
}
