/**
 * The planner of an image into a SQLite file: new tables as they stand in the image, rows of the others into the tables that are there.
 * Whatever is wrong is a finding; all of them come at once.
 */
import { NOTHING_TO_COPY, unusedConsents } from '../build-plan/consent.ts'
import { mistakeFinding, requestMistakes, selectTables } from '../build-plan/selection.ts'
import { bySeverity, type Finding } from '../finding.ts'
import { hashPlan } from '../hash-plan.ts'
import type { SqliteTarget } from '../into-sqlite/target.ts'
import { unservedWishes } from '../into-sqlite/unserved.ts'
import type { LeftOut, Plan, PlanWhat, TablePlan } from '../plan.ts'
import { planHead } from '../plan-head.ts'
import type { StagedRequest } from '../plan-request.ts'
import { planExisting } from './existing.ts'
import type { ImageFacts, Made, Match, NewNames } from './facts.ts'
import { planObjects } from './objects.ts'
import { planNew } from './tables.ts'

export interface ImagePlanning {
  facts: ImageFacts
  made: Made
  matches: readonly Match[]
  names: readonly NewNames[]
  target: SqliteTarget
  request: StagedRequest
  findings: Finding[]
  leftOut: LeftOut[]
}

/** Makes the plan. A plan with a `refused` finding must not run. */
export function planFromImage(input: Omit<ImagePlanning, 'findings' | 'leftOut'>, noted: Finding[]): Plan {
  const { facts, request } = input
  const planning: ImagePlanning = {
    ...input,
    findings: [
      ...noted,
      ...requestMistakes(facts.schema, request).map(mistake => mistakeFinding(mistake, request.file?.file)),
      ...unservedWishes(request),
    ],
    leftOut: [],
  }
  const tables = input.names.map(names => planTable(planning, names))
  leaveTables(planning)
  const objects = planObjects(planning, tables)
  if (tables.length === 0) planning.findings.push(NOTHING_TO_COPY)
  return finish(planning, tables, objects)
}

function planTable(planning: ImagePlanning, names: NewNames): TablePlan {
  const match = planning.matches.find(({ table }) => table === names.table)
  return match ? planExisting(planning, names, match) : planNew(planning, names)
}

function leaveTables({ facts, request, leftOut, findings }: ImagePlanning): void {
  for (const { name, sql } of selectTables(facts.schema, request).skipped) {
    leftOut.push({ kind: 'table', name, sql, reason: 'left out by the request' })
    findings.push({
      ...{ code: 'table-skipped', severity: 'note', object: `table ${name}` },
      message: 'left out by the request',
    })
  }
}

function finish(
  planning: ImagePlanning,
  tables: TablePlan[],
  objects: Pick<PlanWhat, 'views' | 'triggers'>,
): Plan {
  const { request, findings, leftOut } = planning
  findings.push(...unusedConsents(findings, request.accept))
  const what: PlanWhat = {
    ...planHead(request),
    tables: tables.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)),
    ...objects,
    leftOut,
  }
  // SQLite has one writer.
  const how = { ...request.how, tables: 1, lanes: 1 }
  return { what, how, hash: hashPlan(what), findings: findings.sort(bySeverity) }
}
