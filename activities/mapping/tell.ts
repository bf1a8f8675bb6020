/** What a mapping leaves where it is, as findings. */
import { count } from '../../model/amounts.ts'
import type { Finding } from '../../model/finding.ts'
import type { IntakeTable } from '../../model/intake.ts'
import type { Mapping } from '../../model/mapping/mapping.ts'
import { showName } from '../../model/name-text.ts'
import type { Sources } from './sources.ts'

/** What the mapping leaves out on purpose is told before the copy. */
export function leftOut({ table, duplicates, filtered }: IntakeTable, mapping: Mapping): Finding[] {
  const about = { severity: 'note', object: `table ${table}` } as const
  const on = [...new Set(mapping[table]!.flatMap(({ dedupe }) => dedupe?.on ?? []))]
  const same = on.length > 0 ? ` in ${on.map(showName).join(', ')}` : ''
  return [
    ...(duplicates > 0
      ? [
          {
            ...about,
            code: 'duplicates',
            message: `${count(duplicates, 'row')} of the source are the same as another${same}, and left out as dedupe says`,
          },
        ]
      : []),
    ...(filtered > 0
      ? [
          {
            ...about,
            code: 'rows-filtered',
            message: `${count(filtered, 'row')} of the source do not meet the condition of the mapping`,
          },
        ]
      : []),
  ]
}

/** Tables of the source that the mapping does not name. */
export function notMapped(mapping: Mapping, sources: Sources): Finding[] {
  const entries = Object.values(mapping).flat()
  // What a query reads is not known by name.
  if (entries.some(({ from }) => 'select' in from)) return []
  const named = new Set(
    entries
      .flatMap(({ from, columns }) => [
        ...('tables' in from ? from.tables : []),
        ...Object.values(columns)
          .flatMap(({ lookups = [] }) => lookups)
          .flatMap(({ in: place }) => ('source' in place ? [place.source] : [])),
      ])
      .flatMap(name => sources.table(name)?.name ?? []),
  )
  return sources.tables
    .filter(({ name }) => !named.has(name))
    .map(({ name, rows }) => ({
      code: 'table-not-mapped',
      severity: 'warning',
      object: `table ${name}`,
      message: `the mapping does not name it, so that its ${count(rows, 'row')} stay where they are`,
      remedy: 'Map it, or leave it at that',
    }))
}
