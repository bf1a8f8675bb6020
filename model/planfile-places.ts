/** Where in the text of a plan file things stand. */
import { type Document, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Position } from './plan-request.ts'
import type { PathPart } from './planfile-mistakes.ts'

/** Line and column of an offset into the text. */
export type Place = (offset: number) => Position

/** Where the key at the end of the path stands, or the nearest thing above it that is there. */
export function offsetOf(document: Document, path: readonly PathPart[]): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const part of path) {
    const next = child(node, part)
    if (!next) return offset
    offset = next.offset ?? offset
    node = next.node
  }
  return offset
}

function child(node: unknown, part: PathPart): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.findLast(item => isScalar(item.key) && String(item.key.value) === String(part))
    return pair && { node: pair.value, offset: startOf(pair.key) }
  }
  if (!isSeq(node)) return undefined
  const item = node.items[Number(part)]
  return { node: item, offset: startOf(item) }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

/** Places of every name of a table or column and of every rule, for mistakes that only show against a schema. */
export function positions(document: Document, place: Place): Record<string, Position> {
  const found: Record<string, Position> = {}
  const note = (path: PathPart[]): void => {
    found[path.join('.')] = place(offsetOf(document, path))
  }
  for (const list of ['tables', 'exclude']) {
    for (const key of keys(document, [list])) {
      note([list, key])
      for (const column of keys(document, [list, key, 'columns'])) note([list, key, 'columns', column])
    }
  }
  for (const rule of keys(document, ['rules'])) note(['rules', rule])
  for (const path of mappedPaths(document)) note(path)
  return found
}

/** Tables of a mapping, their entries where these are a list, and all that stands in one. */
function mappedPaths(document: Document): PathPart[][] {
  const below = (path: PathPart[]) => keys(document, path).map(key => [...path, key])
  const tables = below(['mapping'])
  const lists = tables.flatMap(path => (isSeq(document.getIn(path, true)) ? below(path) : []))
  const entries = [...tables.filter(path => isMap(document.getIn(path, true))), ...lists]
  const parts = entries.flatMap(below)
  return [...tables, ...lists, ...parts, ...parts.flatMap(below)]
}

function keys(document: Document, path: PathPart[]): PathPart[] {
  const node = document.getIn(path, true)
  if (isMap(node)) return node.items.map(item => String(isScalar(item.key) ? item.key.value : item.key))
  return isSeq(node) ? node.items.map((_, index) => index) : []
}
