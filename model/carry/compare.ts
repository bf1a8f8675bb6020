/** What a target says of its objects beside what a plan has carried there. */
import { showName } from '../name-text.ts'
import type { CarriedObject, PlanWhat } from '../plan.ts'
import type { SchemaCompared } from '../schema-compared.ts'
import type { DumpEntry } from './entry.ts'
import { carriedObjects, placeKey, type SequenceStand } from './objects.ts'

type Difference = SchemaCompared['differences'][number]

/** Nobody's text says what they come to. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set(['SEQUENCE SET', 'MATERIALIZED VIEW DATA'])

/** @param told whether somebody has said already that it is missing */
export function compareCarried(
  { carried = [], tables }: PlanWhat,
  entries: readonly DumpEntry[],
  told: (object: CarriedObject) => boolean,
): SchemaCompared {
  const names = new Map(tables.map(table => [placeKey(table.target), table.name]))
  const found = new Map(carriedObjects(entries, names).map(object => [keyOf(object), object]))
  const expected = carried.filter(({ kind }) => !WITHOUT_TEXT.has(kind))
  const kinds = [...new Set(expected.map(({ kind }) => kind))].sort()
  const count = (objects: Iterable<CarriedObject>, kind: string) =>
    [...objects].filter(object => object.kind === kind).length
  return {
    differences: expected.flatMap(object => difference(object, found.get(keyOf(object)), told)),
    counts: kinds.map(kind => ({
      kind: kind.toLowerCase(),
      expected: count(expected, kind),
      found: count(found.values(), kind),
    })),
    notCompared: [],
  }
}

const keyOf = ({ kind, schema, name, table }: CarriedObject) => JSON.stringify([kind, schema, name, table])

function difference(
  object: CarriedObject,
  found: CarriedObject | undefined,
  told: (object: CarriedObject) => boolean,
): Difference[] {
  if (found && sameText(object, found)) return []
  if (!found && told(object)) return []
  return [
    {
      ...{ code: found ? 'object-differs' : 'object-missing', severity: 'incomplete', object: show(object) },
      message: found ? 'is another one than in the source, by what pg_dump says' : 'is not in the target',
      remedy: 'schema.sql in the folder of the run has the statements that make it',
    },
  ]
}

const sameText = (one: CarriedObject, other: CarriedObject) => one.sql.join(';') === other.sql.join(';')

const show = ({ kind, schema, name, table }: CarriedObject) =>
  `${kind.toLowerCase()} ${showName(table === undefined && schema !== '' ? `${schema}.${name}` : name)}${
    table === undefined || kind === 'TABLE' ? '' : ` of table ${showName(table)}`
  }`

/** Sequences that would give out numbers that the source has given out already. */
export function behind(
  stands: readonly SequenceStand[],
  there: ReadonlyMap<string, SequenceStand>,
): Difference[] {
  return stands.flatMap(stand => {
    const now = there.get(placeKey(stand))
    if (!now || !stand.called || (now.called && BigInt(now.last) >= BigInt(stand.last))) return []
    const object = `sequence ${showName(`${stand.schema}.${stand.name}`)}`
    return [
      {
        ...{ code: 'sequence-behind', severity: 'incomplete', object },
        message: 'stands behind that of the source',
        remedy: 'Set it with setval to where the source stands',
      },
    ]
  })
}
