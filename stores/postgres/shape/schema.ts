/** The schema of a target against what the plan has for it: tables, keys, rules, sequences. */
import type { Client } from 'pg'
import type { Finding } from '../../../model/finding.ts'
import { showName } from '../../../model/name-text.ts'
import { isLoadedInto, type TablePlan } from '../../../model/plan.ts'
import type { SchemaCompared } from '../../../model/schema-compared.ts'
import { compareShape } from './compare.ts'
import { countKinds } from './counts.ts'
import { findingOf, type Part } from './difference.ts'
import { printExpressions } from './print.ts'
import { readShapes } from './read.ts'
import { compareSequences } from './sequences.ts'
import type { TableShape } from './shape.ts'

/** A table that is there, and what is known of it. */
interface Subject {
  plan: TablePlan
  found: TableShape
}

/** By names of the source; those that are not there are missing. */
export async function shapesOf(
  client: Client,
  tables: readonly TablePlan[],
): Promise<Map<string, TableShape>> {
  const shapes = await readShapes(
    client,
    tables.map(({ target }) => target),
  )
  return new Map(tables.flatMap(({ name }, i) => (shapes[i] ? [[name, shapes[i]] as const] : [])))
}

export const subjectsOf = (plans: readonly TablePlan[], shapes: ReadonlyMap<string, TableShape>): Subject[] =>
  plans.flatMap(plan => {
    const found = shapes.get(plan.name)
    return found ? [{ plan, found }] : []
  })

export interface Expectations {
  /** The run made these tables. */
  ours: boolean
  /** What a run could not make, and has told. */
  failed: (table: TablePlan, part: Part) => boolean
  /** What a run has told of it otherwise. */
  told: (table: TablePlan, part: Part) => boolean
  /** Called between statements, none of which takes long. */
  step: () => void
}

/** Reads only; what it makes for reading is rolled back. The session should wait neither for locks nor for long. */
export async function compareSchemas(
  client: Client,
  subjects: readonly Subject[],
  { ours, failed, told, step }: Expectations,
): Promise<SchemaCompared> {
  const plans = subjects.map(({ plan }) => plan)
  const places = new Set(plans.map(({ target }) => placeOf(target.schema, target.name)))
  const { tables, unprinted } = await printExpressions(client, plans, step)
  const differences: Finding[] = subjects.flatMap(({ plan, found }, i) =>
    compareShape({
      ...{ plan, found, wished: tables[i]!, ours: ours && !isLoadedInto(plan) },
      knowsParent: ({ references }) => ours || places.has(placeOf(references.schema, references.table)),
      wasMade: part => !failed(plan, part),
      isTold: part => told(plan, part),
    }).map(difference => findingOf(plan, difference)),
  )
  const { behind, notCompared } = await compareSequences(client, plans, step)
  differences.push(...behind.map(({ table, difference }) => findingOf(table, difference)))
  return {
    differences,
    counts: countKinds(subjects.filter(({ plan }) => !isLoadedInto(plan))),
    notCompared: [
      ...grouped(
        plans
          .filter(isLoadedInto)
          .map(({ name }) => [name, 'it was there before the run, and they are its own']),
        'What keys and rules should be there of table',
      ),
      ...grouped(
        unprinted.map(({ table, why }) => [table, why]),
        EXPRESSIONS,
      ),
      ...grouped(
        notCompared.map(({ column, why }) => [column, why]),
        SEQUENCES,
      ),
    ],
  }
}

const placeOf = (schema: string, name: string) => JSON.stringify([schema, name])

const EXPRESSIONS =
  'What defaults, checks, generated columns and indexes say, but not whether they are there, of table'
const SEQUENCES = 'The sequence of column'

const MOST = 8

/** A sentence for each reason, with the names that it is about. */
function grouped(found: readonly [name: string, why: string][], what: string): string[] {
  return [...Map.groupBy(found, ([, why]) => why)].map(([why, some]) => {
    const names = some.slice(0, MOST).map(([name]) => showName(name))
    const more = some.length > MOST ? ` and ${some.length - MOST} more` : ''
    return `${what}${some.length > 1 ? 's' : ''} ${names.join(', ')}${more}: ${why}`
  })
}
