/** The plan of PostgreSQL → PostgreSQL: the source's own objects, and its tables as they are. */

import { mistakeFinding, requestMistakes } from '../build-plan/selection.ts'
import { bySeverity, type Finding } from '../finding.ts'
import { hashPlan } from '../hash-plan.ts'
import type { CarriedObject, Plan, PlanWhat, TablePlan } from '../plan.ts'
import { planHead } from '../plan-head.ts'
import type { CarryRequest } from '../plan-request.ts'
import type { PostgresSchema, PostgresTable } from '../postgres-schema.ts'
import type { DumpEntry } from './entry.ts'
import { existingFindings, withoutExisting } from './existing.ts'
import { brokenFindings, dumpFindings, grantsOf, isMade, ruleFindings } from './findings.ts'
import { formatOf } from './format.ts'
import { carriedObjects, placeKey, refreshed, sequenceSet } from './objects.ts'
import { selectEntries } from './selection.ts'
import { chooseTables } from './tables.ts'
import type { CarryTarget } from './target.ts'

export interface CarryInput {
  origin: PostgresSchema
  /** Of the whole database. */
  entries: readonly DumpEntry[]
  /** Materialized views that have rows. */
  populated: readonly { schema: string; name: string }[]
  target: CarryTarget
  request: CarryRequest
  /** Of the assessment. */
  findings: readonly Finding[]
}

export function planCarry(input: CarryInput): Plan {
  const { origin, request, target } = input
  const mistakes = requestMistakes(origin, request).map(mistake =>
    mistakeFinding(mistake, request.file?.file),
  )
  const { tables: chosen, family, narrowed } = chooseTables(origin, request)
  const places = (tables: Iterable<PostgresTable>) => new Set([...tables].map(placeOf).map(placeKey))
  const { kept, broken } = selectEntries(input.entries, {
    ...(request.source.schema !== '*' && { schemas: new Set(origin.schemas) }),
    ...(narrowed && { tables: places(family) }),
    without: places(origin.tables.filter(table => !family.has(table))),
  })
  const tables = chosen
    .filter(({ kind }) => kind === 'table')
    .sort((a, b) => b.bytes - a.bytes)
    .map(table => tablePlan(table, origin, target, request))
  const { carried, clashes } = objectsOf(input, kept, tables)
  const what: PlanWhat = {
    ...planHead(request),
    ...{ tables, views: [], triggers: [], carried },
    leftOut: [...grantsOf(input.entries, kept)],
  }
  const findings = [
    ...input.findings,
    ...mistakes,
    ...clashes,
    ...(request.scope === 'check' ? [] : existingFindings(tables, target, request)),
    ...ruleFindings(request),
    ...brokenFindings(broken),
    ...dumpFindings({ kept, origin, target, request }),
  ].sort(bySeverity)
  return { what, how: request.how, hash: hashPlan(what), findings }
}

const placeOf = ({ schema, relation: name }: PostgresTable) => ({ schema, name })

/**
 * From this version on a server reads a window of blocks as such. It is the order in which the rows lie, where that of a
 * key jumps from block to block; the run's snapshot, and its locks, keep each row where it is.
 */
const READS_BLOCKS = 140_000

function tablePlan(
  table: PostgresTable,
  { version }: CarryInput['origin'],
  target: CarryTarget,
  request: CarryRequest,
): TablePlan {
  const { schema, relation: name } = table
  const format = formatOf(table)
  const isThere = target.relations.has(placeKey({ schema, name })) || request.scope === 'data'
  return {
    name: table.name,
    target: { schema, name },
    action: isThere ? (request.ifExists === 'append' ? 'append' : 'use') : 'create',
    columns: table.columns.map(column => ({
      ...{ name: column.name, target: column.name },
      type: { kind: 'native', name: column.type },
      notNull: column.notNull,
      ...(column.generated !== undefined && { generated: column.generated }),
      ...{ wide: false, why: '' },
    })),
    access: version >= READS_BLOCKS ? { by: 'ctid' } : table.access,
    origin: { schema, name },
    ...(format && { format }),
    // All of them are among the carried objects; only checks have none of their own.
    checks: table.checks.map(({ name, expression }) => ({ name, expression })),
    ...{ key: [], uniques: [], indexes: [], statistics: [], foreignKeys: [] },
    ...{ rows: table.rows, bytes: table.bytes, sourceSql: '' },
  }
}

function objectsOf(
  { origin, populated, target, request }: CarryInput,
  kept: readonly DumpEntry[],
  tables: readonly TablePlan[],
): { carried: CarriedObject[]; clashes: Finding[] } {
  const names = new Map(tables.map(table => [placeKey(table.target), table.name]))
  const stands = origin.sequences
    .filter(stand =>
      kept.some(
        ({ kind, schema, name }) => kind === 'SEQUENCE' && schema === stand.schema && name === stand.name,
      ),
    )
    .map(stand => sequenceSet(stand, target.sequences.get(placeKey(stand))))
  if (request.scope === 'data') return { carried: stands, clashes: [] }
  const { entries, clashes } =
    request.scope === 'check' ? { entries: kept, clashes: [] } : withoutExisting(kept, target, request)
  const made = new Set(entries.filter(({ kind }) => kind === 'MATERIALIZED VIEW').map(placeKey))
  const refresh = request.scope === 'schema' ? [] : populated.filter(view => made.has(placeKey(view)))
  return {
    carried: [
      ...carriedObjects(entries.filter(isMade), names),
      ...(request.scope === 'schema' ? [] : stands),
      ...inOrder(refresh, entries).map(refreshed),
    ],
    clashes,
  }
}

/** One may read another. */
function inOrder<P extends { schema: string; name: string }>(
  views: readonly P[],
  entries: readonly DumpEntry[],
): P[] {
  const place = new Map(entries.map((entry, i) => [placeKey(entry), i]))
  return [...views].sort((a, b) => place.get(placeKey(a))! - place.get(placeKey(b))!)
}
