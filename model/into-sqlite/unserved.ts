/** What a request may say for other targets, and nothing serves on the way into SQLite. */
import type { Finding } from '../finding.ts'
import type { IntoSqliteRequest, StagedRequest, TableSettings } from '../plan-request.ts'

/** From files rows go by their key, and columns are of any type; from PostgreSQL tables are STRICT where that is wished. */
export function unservedWishes(request: IntoSqliteRequest | StagedRequest): Finding[] {
  const { ifExists, onConflict, strict, file } = request
  const isStaged = request.source.kind === 'staged'
  const byKey = ifExists === 'upsert' || onConflict !== undefined
  const named = [
    ...(byKey && !isStaged ? ['if_exists: upsert, on_conflict'] : []),
    ...(strict && isStaged ? ['strict'] : []),
    ...(file?.collation === undefined ? [] : ['collation']),
    ...(file?.vacuum ? ['vacuum'] : []),
    ...Object.entries(file?.tables ?? {}).flatMap(([table, settings]) =>
      ofTable(`tables.${table}`, settings, isStaged),
    ),
  ]
  return named.map(object => ({
    code: 'not-for-sqlite',
    severity: 'refused',
    object,
    message: 'nothing serves this on the way into SQLite',
    remedy: isStaged
      ? 'Take it out; a mapping says what becomes of values and of rows that do not fit'
      : 'Take it out',
  }))
}

function ofTable(
  path: string,
  { onError, orphans, onConflict, columns }: TableSettings,
  isStaged: boolean,
): string[] {
  return [
    ...(onError && onError !== 'stop' ? [`${path}.on_error`] : []),
    ...(orphans && orphans !== 'refuse' ? [`${path}.orphans`] : []),
    ...(onConflict && !isStaged ? [`${path}.on_conflict`] : []),
    ...Object.entries(columns).flatMap(([column, { type, collation, conversion, onError }]) => [
      ...(type && !isStaged ? [`${path}.columns.${column}.type`] : []),
      ...(collation ? [`${path}.columns.${column}.collation`] : []),
      ...(conversion ? [`${path}.columns.${column}.cast`] : []),
      ...(onError && onError !== 'stop' ? [`${path}.columns.${column}.on_error`] : []),
    ]),
  ]
}
