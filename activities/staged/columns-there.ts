/** The tables of a target that files are to be read for. */

import { declaredType } from '../../model/declared-type.ts'
import { isNowhere } from '../../model/endpoint.ts'
import type { NamedColumns, TableThere } from '../../model/files/wishes-of.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import type { Table } from '../../model/schema.ts'
import type { LogicalType } from '../../model/types.ts'
import { lookAtFile } from '../../stores/sqlite/look-at-file.ts'
import { listColumns } from '../../stores/sqlite/pragmas.ts'
import { tableNames } from '../../stores/stage/read.ts'
import { openStageFile } from '../../stores/stage/schema.ts'
import type { Work } from '../edge.ts'
import { lookAtTarget } from '../look-at-target.ts'

/** None where their columns are made anew. */
export async function tablesThere(
  { home }: Work,
  run: string,
  request: StagedRequest,
): Promise<TableThere[]> {
  const { target, ifExists } = request
  if (ifExists === 'replace' || target.kind === 'files') return []
  if (target.kind === 'sqlite') return lookAtFile(target.path).schema.tables.map(ofSqlite)
  if (isNowhere(target)) return []
  const { tables } = await lookAtTarget(home, target, run)
  return tables.map(({ name, columns, primaryKey }) => ({
    name,
    columns: columns.map(column => ({
      name: column.name,
      ...(column.type && !column.generated && { type: column.type }),
      required: column.notNull || (primaryKey?.includes(column.name) ?? false),
    })),
  }))
}

/** SQLite numbers a row itself that has NULL there. */
const ofSqlite = ({ name, columns, primaryKey }: Table): TableThere => ({
  name,
  columns: columns.map(column => {
    const type = column.generated ? undefined : declaredType(column.declared)
    const numbered = primaryKey?.rowid && primaryKey.columns[0] === column.name
    return {
      name: column.name,
      ...(type && { type: unlimited(type) }),
      required: column.notNull && !numbered,
    }
  }),
})

/** It keeps texts of any length. */
const unlimited = (type: LogicalType): LogicalType =>
  type.kind === 'text' || type.kind === 'numeric' ? { kind: type.kind } : type

/** Tables and columns of a stage. */
export function namesInStage(stage: string): NamedColumns[] {
  const db = openStageFile(stage)
  try {
    return tableNames(db).map(name => ({ name, columns: listColumns(db, name) }))
  } finally {
    db.close()
  }
}
