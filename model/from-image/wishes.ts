/** What a request may say for other targets, and nothing serves here. */
import type { Finding } from '../finding.ts'
import type { StagedRequest, TableSettings } from '../plan-request.ts'

export function unservedWishes({ strict, file }: StagedRequest): Finding[] {
  const named = [
    ...(strict ? ['strict'] : []),
    ...(file?.collation === undefined ? [] : ['collation']),
    ...(file?.vacuum ? ['vacuum'] : []),
    ...Object.entries(file?.tables ?? {}).flatMap(([table, settings]) =>
      ofTable(`tables.${table}`, settings),
    ),
  ]
  return named.map(object => ({
    code: 'not-for-sqlite',
    severity: 'refused',
    object,
    message: 'nothing serves this on the way from files into SQLite',
    remedy: 'Take it out; a mapping says what becomes of values and of rows that do not fit',
  }))
}

function ofTable(path: string, { onError, orphans, columns }: TableSettings): string[] {
  return [
    ...(onError && onError !== 'stop' ? [`${path}.on_error`] : []),
    ...(orphans && orphans !== 'refuse' ? [`${path}.orphans`] : []),
    ...Object.entries(columns).flatMap(([column, { collation, conversion, onError }]) => [
      ...(collation ? [`${path}.columns.${column}.collation`] : []),
      ...(conversion ? [`${path}.columns.${column}.cast`] : []),
      ...(onError && onError !== 'stop' ? [`${path}.columns.${column}.on_error`] : []),
    ]),
  ]
}
