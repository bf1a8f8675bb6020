/** Where a target has already what the source has: refused, or taken as it is. */
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import { isLoadedInto, type TablePlan } from '../plan.ts'
import type { CarryRequest } from '../plan-request.ts'
import type { DumpEntry } from './entry.ts'
import { placeKey, relationOf } from './objects.ts'
import type { CarryTarget } from './target.ts'

const RELATIONS: ReadonlySet<string> = new Set([
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'FOREIGN TABLE',
  'SEQUENCE',
])
const TYPES: ReadonlySet<string> = new Set(['TYPE', 'DOMAIN', 'SHELL TYPE'])
const FUNCTIONS: ReadonlySet<string> = new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE'])

/** What is left to be made, and what stands in its way. */
export function withoutExisting(
  kept: readonly DumpEntry[],
  target: CarryTarget,
  { ifExists }: CarryRequest,
): { entries: DumpEntry[]; clashes: Finding[] } {
  const all = new Map(kept.map(entry => [entry.id, entry]))
  const there = new Set(kept.filter(entry => isThere(entry, target)).map(({ id }) => id))
  const entries = kept.filter(entry => {
    const whole = relationOf(entry, all) ?? (isComment(entry) ? all.get(entry.needs[0]!) : undefined)
    return !there.has(entry.id) && !(whole && there.has(whole.id)) && !isOfSequenceThere(entry, all, there)
  })
  const clashing = kept.filter(({ id, kind }) => there.has(id) && kind !== 'SCHEMA' && kind !== 'EXTENSION')
  return { entries, clashes: clashing.flatMap(entry => clash(entry, ifExists)) }
}

const isComment = ({ section }: DumpEntry) => section === 'none'

const isOfSequenceThere = (
  { kind, needs }: DumpEntry,
  all: ReadonlyMap<number, DumpEntry>,
  there: ReadonlySet<number>,
) => kind === 'SEQUENCE OWNED BY' && needs.some(id => there.has(id) && all.get(id)?.kind === 'SEQUENCE')

function isThere(entry: DumpEntry, target: CarryTarget): boolean {
  const { kind, name } = entry
  if (kind === 'SCHEMA') return target.schemas.has(name)
  if (kind === 'EXTENSION') return target.extensions.get(name)?.installed === true
  if (RELATIONS.has(kind)) return target.relations.has(placeKey(entry))
  if (TYPES.has(kind)) return target.types.has(placeKey(entry))
  return FUNCTIONS.has(kind) && target.functions.has(placeKey(entry))
}

/** A table says itself whether it can be loaded into. */
function clash({ kind, schema, name }: DumpEntry, ifExists: CarryRequest['ifExists']): Finding[] {
  const object = `${kind.toLowerCase()} ${showName(schema === '' ? name : `${schema}.${name}`)}`
  if (ifExists === 'use' || ifExists === 'append')
    return kind === 'TABLE'
      ? []
      : [{ code: 'object-kept', severity: 'note', object, message: 'is there already, and stays as it is' }]
  return [
    {
      ...{ code: 'object-exists', severity: 'refused', object },
      message: 'is there already in the target',
      remedy:
        'Migrate into an empty database, drop it, or use --if-exists use to load into empty tables that are there',
    },
  ]
}

/** Tables that are loaded into: they take every column, and are empty. */
export function existingFindings(
  tables: readonly TablePlan[],
  { relations }: CarryTarget,
  { ifExists }: CarryRequest,
): Finding[] {
  return tables.filter(isLoadedInto).flatMap(table => {
    const object = `table ${showName(table.name)}`
    const refused = (code: string, message: string, remedy: string): Finding => ({
      ...{ code, severity: 'refused', object, message, remedy },
    })
    const relation = relations.get(placeKey(table.target))
    if (!relation)
      return [
        refused(
          'no-such-table',
          'the target has no such table to load into',
          'Run with the schema, or make the table first',
        ),
      ]
    if (relation.kind !== 'r')
      return [refused('no-table', 'is no ordinary table in the target', 'Drop or rename what is there')]
    if (table.action === 'use' && relation.hasRows)
      return [
        refused(
          'table-has-rows',
          'has rows in the target',
          `Empty it, leave it out with --exclude, or use --if-exists append${ifExists === 'append' ? ' for all' : ''}`,
        ),
      ]
    return table.columns
      .filter(
        ({ generated, target, type }) =>
          generated === undefined && type.kind === 'native' && relation.columns.get(target) !== type.name,
      )
      .map(({ name, target }) =>
        refused(
          'column-differs',
          relations.get(placeKey(table.target))!.columns.has(target)
            ? `column ${showName(name)} has another type in the target`
            : `the target's table has no column ${showName(name)} that takes values`,
          'Give both tables the same columns',
        ),
      )
  })
}
