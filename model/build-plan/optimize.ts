/**
 * `--types optimized`: what PostgreSQL can do beyond SQLite, as guide 3 has it. Everything here is an addition:
 * no row depends on it, each is listed as a note, and its name follows from table and column alone.
 */
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { ColumnPlan, IndexPlan, PlanWhat, TriggerPlan } from '../plan.ts'
import { reportAdded, wordsOf } from './additions.ts'
import type { Draft, Planning } from './draft.ts'
import { assignNames } from './names.ts'
import { qualifiedName } from './relations.ts'
import { planTouches } from './updated-at.ts'

/** Adds indexes and statistics to the tables that the run makes; gives what is no part of a table. */
export function optimize(
  planning: Planning,
  drafts: readonly Draft[],
): Pick<PlanWhat, 'extensions'> & { triggers: TriggerPlan[] } {
  const trigrams = drafts.flatMap(draft => searched(draft).map(column => ({ draft, column })))
  const operators = trigrams.length > 0 ? trigramOperators(planning) : undefined
  const indexes = [
    ...drafts.flatMap(draft => jsonColumns(draft).map(column => ({ draft, column }))),
    ...(operators === undefined ? [] : trigrams.map(wanted => ({ ...wanted, operators }))),
  ]
  addIndexes(planning, indexes)
  addStatistics(planning, drafts)
  const { trigrams: there, schema } = planning.target
  const installs = operators !== undefined && there.schema === undefined
  return {
    ...(installs && { extensions: [{ name: 'pg_trgm', schema: schema.name }] }),
    triggers: planTouches(planning, drafts),
  }
}

const jsonColumns = ({ plan }: Draft) =>
  plan.columns.filter(({ type }) => type.kind === 'json' && type.binary)

/** Columns in which people look for a piece of a word: by what their last word ends with. */
const SEARCHED = /(name|title|subject|label|headline|caption)s?$/

const searched = ({ plan }: Draft) =>
  plan.columns.filter(({ name, type }) => type.kind === 'text' && SEARCHED.test(wordsOf(name).at(-1) ?? ''))

/** The operator class in SQL; undefined, with a warning, where the extension is not to be had. */
function trigramOperators({ target, findings }: Planning): string | undefined {
  const { schema = target.schema.name, canCreate } = target.trigrams
  if (target.trigrams.schema === undefined && !canCreate) {
    findings.push(missing(target.role))
    return undefined
  }
  return qualifiedName({ schema, name: 'gin_trgm_ops' })
}

const missing = (role: string): Finding => ({
  code: 'extension-missing',
  severity: 'warning',
  object: 'target',
  message: `the extension pg_trgm is not installed, and the role ${showName(role)} may not install it: names and titles get no index for searches`,
  remedy: 'Let a superuser run CREATE EXTENSION pg_trgm in the target, then plan again',
})

interface Wanted {
  draft: Draft
  column: ColumnPlan
  operators?: string
}

function addIndexes(planning: Planning, wanted: readonly Wanted[]): void {
  const names = assignNames(
    wanted.map(({ draft, column }) => `idx_${draft.plan.target.name}_${column.target}_gin`),
    planning.relations,
  )
  for (const [i, { draft, column, operators }] of wanted.entries()) {
    const part = { column: column.target, descending: false, ...(operators !== undefined && { operators }) }
    const index: IndexPlan = { name: names[i]!, unique: false, method: 'gin', parts: [part] }
    draft.plan.indexes.push(index)
    const use = operators === undefined ? 'searches inside the JSON' : 'searches with LIKE and ILIKE'
    reportAdded(planning, objectOf(draft, column), `index ${showName(index.name)} (GIN) is added for ${use}`)
  }
}

const objectOf = ({ plan }: Draft, column: ColumnPlan) => `${plan.name}.${column.name}`

const STATUS = /^(status|state|stage|phase)$/

/** What a parent's children often differ in: a status, or yes and no. */
const isStatus = ({ name, type }: ColumnPlan) =>
  type.kind === 'boolean' ||
  ((type.kind === 'text' || type.kind === 'integer') && STATUS.test(wordsOf(name).at(-1) ?? ''))

/** The server estimates "this parent's rows of that status" from both columns together. */
function addStatistics(planning: Planning, drafts: readonly Draft[]): void {
  const taken = new Set(planning.target.statistics)
  for (const draft of drafts) {
    const pairs = pairsOf(draft)
    const names = assignNames(
      pairs.map(columns => ['stat', draft.plan.target.name, ...columns].join('_')),
      taken,
    )
    draft.plan.statistics = pairs.map((columns, i) => ({ name: names[i]!, columns }))
    for (const { name, columns } of draft.plan.statistics) {
      const message = `extended statistics ${showName(name)} over ${columns.map(showName).join(' and ')} are added`
      reportAdded(planning, `table ${draft.plan.name}`, message)
    }
  }
}

function pairsOf({ plan }: Draft): string[][] {
  const parents = new Set(plan.foreignKeys.flatMap(({ columns }) => (columns.length === 1 ? columns : [])))
  const status = plan.columns.filter(column => isStatus(column) && !parents.has(column.target))
  return [...parents].flatMap(parent => status.map(({ target }) => [parent, target]))
}
