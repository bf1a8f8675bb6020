/** Foreign keys of the target: rows whose parent is neither there nor made by this run. */
import { textOf } from '../../model/mapping/compile.ts'
import { type MappedCell, Refusal } from '../../model/mapping/refusal.ts'
import { type LookupSides, readyLookup } from './lookups.ts'
import type { EntryPart } from './part.ts'

export interface ParentCheck {
  /** The column, by its place in a mapped row. */
  at: number
  isThere: (cell: MappedCell) => boolean
  refusal: Refusal
}

/** Keys of one column; those that come from the parent itself need no check, and those into the same table are the target's to check. */
export async function readyParents(
  sides: LookupSides,
  { there, columns, entry, table }: EntryPart,
): Promise<ParentCheck[]> {
  const checks: ParentCheck[] = []
  for (const { columns: own, table: parent, references } of there?.foreignKeys ?? []) {
    const [name, referred] = [own[0]!, references[0]]
    const at = columns.findIndex(column => column.name === name)
    const mapped = entry.columns[name]
    if (own.length !== 1 || referred === undefined || at < 0 || !mapped || parent === table) continue
    const last = mapped.lookups?.at(-1)
    const given = last && 'target' in last.in && last.in.target === parent && last.give === referred
    if ('of' in mapped || (given && mapped.otherwise === undefined && mapped.default === undefined)) continue
    const find = await readyLookup(sides, { in: { target: parent }, match: referred, give: referred })
    checks.push({
      at,
      isThere: cell => cell === null || cell instanceof Uint8Array || find(textOf(cell)) !== undefined,
      refusal: new Refusal('no-parent', `${name} refers to a row that table ${parent} has not`),
    })
  }
  return checks
}
