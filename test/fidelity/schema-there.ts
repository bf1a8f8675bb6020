/** The schema of a target that was made in-process, compared as a run and as `check` do. */
import { wishedInput } from '../../activities/wished-input.ts'
import type { Plan } from '../../model/plan.ts'
import { schemaDifference } from '../../model/schema-compared.ts'
import { compareSchemas, shapesOf, subjectsOf } from '../../stores/postgres/shape/schema.ts'
import { type Migrated, type Place, planTried } from './in-process.ts'

/** In words: none is to be expected of what was just made. */
export async function schemaDifferences(
  file: string,
  place: Place,
  { plan, input, failures }: Migrated,
): Promise<string[]> {
  const { client } = place
  const shapes = await shapesOf(client, plan.what.tables)
  const compare = async ({ what }: Plan, ours: boolean): Promise<string[]> => {
    const { differences, notCompared } = await compareSchemas(client, subjectsOf(what.tables, shapes), {
      ours,
      failed: ({ name: table }, { kind, name }) =>
        failures.some(({ object: o }) => o.kind === kind && o.table === table && o.name === name),
      told: () => false,
      step: () => {},
    })
    return [...differences.map(schemaDifference), ...notCompared]
  }
  const ofRun = await compare(plan, true)
  if (failures.length > 0) return ofRun
  const wished = wishedInput(input.assessment, input.request, input.target, shapes)
  return [...ofRun, ...(await compare(await planTried(file, place, wished), false))]
}
