/** What the rows of a view hang on: tables, the clock and chance, and orders that its query leaves open. */

import type { OtherObject } from './schema.ts'
import type { FunctionCall } from './sqlite-sql/ast.ts'
import { foldName } from './sqlite-sql/names.ts'
import { parseCreateView } from './sqlite-sql/parse.ts'

export interface ViewNature {
  /** Names of tables that it reads, also through other views, as `foldName` has them; those of its own WITH are among them. */
  tables: Set<string>
  /** Its rows are others at another time, or each time. */
  changes: boolean
  /** What may come out in one way or another, in words; both engines are right then. */
  open?: string
}

/** The nature of a view of `views`; what it reads through other views of them is its own. SQL has to be readable. */
export function natureOfView(name: string, views: readonly OtherObject[]): ViewNature {
  const nature: ViewNature = { tables: new Set(), changes: false }
  const seen = new Set<string>()
  enter(foldName(name))
  return nature

  function enter(read: string): void {
    if (seen.has(read)) return
    seen.add(read)
    const view = views.find(other => other.kind === 'view' && foldName(other.name) === read)
    if (view) visit(parseCreateView(view.sql).query)
    else nature.tables.add(read)
  }

  function visit(node: unknown): void {
    if (Array.isArray(node)) node.forEach(visit)
    else if (typeof node === 'object' && node !== null) {
      if ('kind' in node) judge(node as { kind: string })
      Object.values(node).forEach(visit)
    }
  }

  function judge(node: { kind: string }): void {
    if (node.kind === 'table') enter(foldName((node as unknown as { name: string }).name))
    if (node.kind === 'current' || (isCall(node) && isVolatile(node))) nature.changes = true
    const open = opens(node)
    if (open !== undefined) nature.open ??= open
  }
}

const isCall = (node: { kind: string }): node is FunctionCall => node.kind === 'call'

const CHANCE = ['random', 'randomblob', 'changes', 'total_changes', 'last_insert_rowid']
const TIMES = ['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime', 'timediff']

/** A time function without a time means now, and `localtime` hangs on where it is computed. */
function isVolatile({ name, arguments: given }: FunctionCall): boolean {
  const called = name.toLowerCase()
  if (CHANCE.includes(called)) return true
  if (!TIMES.includes(called)) return false
  const least = called === 'strftime' ? 2 : 1
  const words = given.flatMap(node => (node.kind === 'string' ? [node.value.toLowerCase()] : []))
  return given.length < least || words.some(word => ['now', 'localtime', 'utc'].includes(word))
}

const IN_ORDER = ['group_concat', 'string_agg', 'json_group_array', 'json_group_object']
const BY_PLACE = ['row_number', 'ntile', 'lag', 'lead', 'first_value', 'last_value', 'nth_value']

function opens(node: { kind: string }): string | undefined {
  if (node.kind === 'query' && 'limit' in node) return 'which rows LIMIT lets through'
  if (!isCall(node)) return undefined
  const name = node.name.toLowerCase()
  if (IN_ORDER.includes(name)) return `the order of what ${name}() puts together`
  return BY_PLACE.includes(name) ? `the order of rows that ${name}() counts as equal` : undefined
}
