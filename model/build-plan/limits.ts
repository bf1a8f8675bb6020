/** Limits of PostgreSQL that a copy would only meet after hours (PostgreSQL manual, appendix K; nbtree). */
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { ColumnPlan, IndexPlan } from '../plan.ts'
import { planLine } from '../plan-line.ts'
import type { LogicalType } from '../types.ts'
import { columnBehind } from './collations.ts'
import { columnFacts } from './columns.ts'
import type { Draft } from './draft.ts'

const MAX_COLUMNS = 1600
const MAX_KEY_COLUMNS = 32
/** A third of a page is the most that a btree takes; 8 bytes of header, and 4 for each text. */
const MAX_KEY_BYTES = 2704
const KEY_HEADER = 8
const TEXT_HEADER = 4
/** What a row may take in its page when everything that can be is stored elsewhere. */
export const MAX_ROW_BYTES = 8160
/** A pointer to a value that is stored elsewhere. */
export const POINTER_BYTES = 18
/** Values up to about this are not stored elsewhere, as a pointer would hardly be shorter. */
export const KEPT_BYTES = 24

/** Findings about a table that the run makes: too many columns, too wide rows, too long keys. */
export function limitFindings(draft: Draft): Finding[] {
  return [...columnCount(draft), ...rowWidth(draft), ...keys(draft).flatMap(key => keyFindings(draft, key))]
}

function refuse(draft: Draft, code: string, message: string): Finding[] {
  const remedy = `Split or change it in the source, or leave the table out: put ${planLine(draft.table.name)} into the plan file`
  return [{ code, severity: 'refused', object: `table ${draft.table.name}`, message, remedy }]
}

function columnCount(draft: Draft): Finding[] {
  const count = draft.plan.columns.length
  if (count <= MAX_COLUMNS) return []
  return refuse(draft, 'too-many-columns', `it has ${count} columns; PostgreSQL takes ${MAX_COLUMNS}`)
}

function rowWidth(draft: Draft): Finding[] {
  const widths = draft.plan.columns.map(column => {
    const facts = columnFacts(draft.facts.columns, column.name)
    const longest = Math.max(facts.longest.textBytes, facts.longest.blobBytes)
    const bytes = widthInPage(column.type, longest + 1 > POINTER_BYTES ? POINTER_BYTES : 1)
    const likely = widthInPage(column.type, Math.min(longest + 1, KEPT_BYTES))
    return { bytes, likely, always: facts.counts.null === 0 && draft.facts.rows > 0 }
  })
  const certain = widths.reduce((sum, { bytes, always }) => sum + (always ? bytes : 0), 0)
  const widest = widestRow(draft)
  if (certain <= MAX_ROW_BYTES && widest > MAX_ROW_BYTES) {
    return refuse(
      draft,
      'row-too-wide',
      `one row, if no more, takes ${widest} bytes in its page; PostgreSQL takes ${MAX_ROW_BYTES}`,
    )
  }
  if (certain > MAX_ROW_BYTES) {
    return refuse(
      draft,
      'row-too-wide',
      `each row takes ${certain} bytes in its page; PostgreSQL takes ${MAX_ROW_BYTES}`,
    )
  }
  const possible = widths.reduce((sum, { likely }) => sum + likely, 0)
  if (possible <= MAX_ROW_BYTES) return []
  const message = `a row with a value in every column may take ${possible} bytes in its page; PostgreSQL takes ${MAX_ROW_BYTES}`
  return [{ code: 'row-may-be-too-wide', severity: 'warning', object: `table ${draft.table.name}`, message }]
}

/** Bytes that the widest row takes at least, given that numbers and texts may become types of fewer bytes. */
function widestRow({ plan, facts }: Draft): number {
  const saved = plan.columns.map(({ name, type }) => {
    const { counts, longest } = columnFacts(facts.columns, name)
    const numbers = counts.integer + counts.real > 0 ? 8 : 0
    const texts = Math.min(Math.max(longest.textBytes, longest.blobBytes) + 1, KEPT_BYTES)
    const counted = counts.text + counts.blob > 0 ? Math.max(numbers, texts) : numbers
    return Math.max(0, counted - widthInPage(type, numbers > 0 ? 1 : counted))
  })
  return saved.reduce((width, bytes) => width - bytes, facts.widest ?? 0)
}

/** Bytes that a value takes in its page: fixed types in full, varying ones `varying`. */
function widthInPage(type: LogicalType, varying: number): number {
  switch (type.kind) {
    case 'boolean':
      return 1
    case 'integer':
    case 'float':
      return type.bits / 8
    case 'date':
      return 4
    case 'time':
    case 'timestamp':
      return 8
    case 'uuid':
      return 16
    case 'numeric':
    case 'inet':
      return 7
    default:
      return varying
  }
}

interface Key {
  object: string
  columns: string[]
}

function keys(draft: Draft): Key[] {
  const { plan } = draft
  const table = `table ${plan.name}`
  return [
    ...(plan.primaryKey ? [{ object: table, columns: plan.primaryKey.columns }] : []),
    ...plan.uniques.map(({ columns }) => ({ object: table, columns })),
    ...plan.indexes.filter(isTree).map(({ name, parts }) => ({
      object: `index ${name}`,
      columns: parts.flatMap(part => columnBehind(draft, part) ?? []),
    })),
  ]
}

/** Other methods keep no whole keys. */
const isTree = ({ method }: IndexPlan): boolean => method === undefined

function keyFindings(draft: Draft, { object, columns }: Key): Finding[] {
  const refused = (code: string, message: string): Finding[] =>
    refuse(draft, code, message).map(finding => ({ ...finding, object }))
  if (columns.length > MAX_KEY_COLUMNS) {
    return refused(
      'key-too-wide',
      `it is made of ${columns.length} columns; PostgreSQL takes ${MAX_KEY_COLUMNS}`,
    )
  }
  const planned = columns.flatMap(target => draft.plan.columns.find(column => column.target === target) ?? [])
  const plainJson = planned.find(({ type }) => type.kind === 'json' && !type.binary)
  if (plainJson)
    return refused('key-without-order', `${showName(plainJson.name)} is json, which no index takes; jsonb is`)
  const lengths = planned.map(column => keyBytes(draft, column))
  const longest = Math.max(0, ...lengths)
  const total = lengths.reduce((sum, bytes) => sum + bytes, KEY_HEADER)
  if (total <= MAX_KEY_BYTES) return []
  const limit = `PostgreSQL takes ${MAX_KEY_BYTES} in an index`
  if (longest + KEY_HEADER > MAX_KEY_BYTES) {
    return refused('key-too-long', `its longest value takes ${longest} bytes as a key; ${limit}`)
  }
  const message = `its longest values together would take ${total} bytes as a key; ${limit}`
  return [{ code: 'key-may-be-too-long', severity: 'warning', object, message }]
}

/**
 * Bytes that the longest value of a column takes as a key alone, where a btree may not take that many: it takes more
 * of what can be compressed, which nobody knows before. Undefined where it fits.
 */
export function tooLongKey(draft: Draft, column: ColumnPlan): number | undefined {
  const bytes = keyBytes(draft, column)
  return bytes + KEY_HEADER > MAX_KEY_BYTES ? bytes : undefined
}

function keyBytes(draft: Draft, { name, type }: ColumnPlan): number {
  const { longest } = columnFacts(draft.facts.columns, name)
  const varying = ['text', 'bytes', 'json', 'numeric', 'inet'].includes(type.kind)
  return varying ? Math.max(longest.textBytes, longest.blobBytes) + TEXT_HEADER : 16
}
