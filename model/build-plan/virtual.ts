/**
 * Indexes for tables that were virtual in the source: the same searches are fast in the target, in the words of
 * PostgreSQL. `docs/objects.md` has them.
 */

import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { ColumnPlan, IndexPlan } from '../plan.ts'
import { quoteName } from '../sql-text.ts'
import { columnOf, type Draft, leaveOut, type Planning } from './draft.ts'
import { assignNames } from './names.ts'

/** A tsvector takes a megabyte. */
const LARGEST_TSVECTOR = 1024 * 1024 - 1

/** Adds an index to each table that stood for one in the source, and says how to search. */
export function planVirtual(planning: Planning, drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    const { virtual } = draft.table
    if (virtual?.module === 'fts5') planFullText(planning, draft, virtual.columns)
    if (virtual?.module === 'rtree') planBoxes(planning, draft, virtual.bounds)
  }
}

function planFullText(planning: Planning, draft: Draft, names: readonly string[]): void {
  const texts = present(draft, names).filter(({ type }) => type.kind === 'text')
  const why = noFullText(draft, texts)
  if (why !== undefined) {
    lacks(planning, draft, why)
    return
  }
  const words = texts.map(({ target }) => `coalesce(${quoteName(target)}, '')`).join(` || ' ' || `)
  const expression = `pg_catalog.to_tsvector('pg_catalog.simple'::pg_catalog.regconfig, ${words})`
  addIndex(planning, draft, 'search', 'gin', expression)
  const search = `to_tsvector('simple', ${words}) @@ plainto_tsquery('simple', …)`
  const message = `full-text search becomes a table with a GIN index; in the place of MATCH: ${search}`
  planning.findings.push(note(draft, 'fts-by-tsvector', message))
}

function noFullText(draft: Draft, texts: readonly ColumnPlan[]): string | undefined {
  if (texts.length === 0) return 'none of its columns that are searched holds texts'
  if (longest(draft, texts) <= LARGEST_TSVECTOR) return undefined
  return "it holds texts over a megabyte, which PostgreSQL's text search does not take"
}

function planBoxes(planning: Planning, draft: Draft, names: readonly string[]): void {
  const bounds = present(draft, names)
  if (bounds.length !== names.length || bounds.length < 2) {
    lacks(planning, draft, 'not all of its bounds are in the target')
    return
  }
  if (bounds.length > 4) {
    const message = `boxes of ${bounds.length / 2} dimensions become a plain table: PostgreSQL alone has no index for them`
    const remedy = 'Install the extension cube and make a GiST index on its cubes'
    planning.findings.push({ ...note(draft, 'rtree-without-index', message), remedy })
    return
  }
  const [left, right, lower = '0', upper = '0'] = bounds.map(asFloat)
  const expression = `pg_catalog.box(pg_catalog.point(${left}, ${lower}), pg_catalog.point(${right}, ${upper}))`
  addIndex(planning, draft, 'box', 'gist', expression)
  const search = `${expression.replaceAll('pg_catalog.', '')} && box(…)`
  const message = `an R-Tree becomes a table with a GiST index; boxes that overlap another: ${search}`
  planning.findings.push(note(draft, 'rtree-by-gist', message))
}

const note = (draft: Draft, code: string, message: string): Finding => ({
  code,
  severity: 'note',
  object: `table ${draft.table.name}`,
  message,
})

const asFloat = ({ target, type }: ColumnPlan): string =>
  type.kind === 'float' && type.bits === 64 ? quoteName(target) : `(${quoteName(target)})::pg_catalog.float8`

const present = (draft: Draft, names: readonly string[]): ColumnPlan[] =>
  names.flatMap(name => columnOf(draft, name) ?? [])

function longest({ facts }: Draft, columns: readonly ColumnPlan[]): number {
  const lengths = columns.map(({ name }) => facts.columns.find(c => c.name === name)?.longest.textBytes ?? 0)
  return lengths.reduce((sum, bytes) => sum + bytes, 0)
}

function addIndex(
  planning: Planning,
  { plan }: Draft,
  suffix: string,
  method: NonNullable<IndexPlan['method']>,
  expression: string,
): void {
  const [name] = assignNames([`${plan.target.name}_${suffix}`], planning.relations)
  plan.indexes.push({ name: name!, unique: false, method, parts: [{ expression, descending: false }] })
}

/** The rows arrive, and the searches are slow. */
function lacks(planning: Planning, { table }: Draft, why: string): void {
  leaveOut(
    planning,
    { kind: 'index', name: table.name, sql: table.sql, reason: `it gets no index for its searches: ${why}` },
    {
      code: 'search-index-left-out',
      object: `table ${table.name}`,
      remedy: `Search ${showName(table.name)} in another way, or shorten its texts`,
    },
  )
}
