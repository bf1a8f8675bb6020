/** Values that an expression is tried with besides those of its columns. */
import type { ColumnPlan } from '../model/plan.ts'
import type { Cell, LogicalType } from '../model/types.ts'

/** Each boundary value of each column beside usual values of the others, and all NULL; none where no NULL may be. */
export function boundaryRows(columns: readonly ColumnPlan[], own: readonly Cell[][]): Cell[][] {
  if (columns.length === 0) return []
  const usual = own[0] ?? columns.map(({ type }) => boundaries(type)[0] ?? null)
  const rows = columns.flatMap(({ type, notNull }, i) =>
    [...(notNull ? [] : [null]), ...boundaries(type)].map(cell =>
      usual.map((other, j) => (i === j ? cell : other)),
    ),
  )
  return [columns.map(({ notNull }, i) => (notNull ? usual[i]! : null)), ...rows]
}

/** Cells as SQLite holds them, within what the type takes. */
function boundaries(type: LogicalType): Cell[] {
  switch (type.kind) {
    case 'boolean':
      return [0n, 1n]
    case 'integer': {
      const end = 1n << BigInt(type.bits - 1)
      return [0n, 1n, -1n, 2n, 10n, -end, end - 1n]
    }
    case 'float':
      return [0, 1, -1, 0.5, -2.5, 1e15]
    case 'numeric':
      return type.precision === undefined ? [0n, 1n, -1n, 0.5, -2.5] : [0n, 1n, -1n]
    case 'text':
      return TEXTS.filter(text => type.maxLength === undefined || text.length <= type.maxLength)
    case 'bytes':
      return [Buffer.alloc(0), Buffer.from([0]), Buffer.from('aZ')]
    case 'date':
      return ['2024-02-29', '1999-12-31']
    case 'time':
      return ['00:00:00', '23:59:59']
    case 'timestamp':
      return ['2024-02-29 12:34:56', '1969-12-31 23:59:59'].map(text => (type.zone ? `${text}+00:00` : text))
    case 'json':
      return ['{}', '[]', '{"a": 1}']
    case 'uuid':
      return ['00000000-0000-4000-8000-000000000000']
    case 'inet':
      return ['10.0.0.1']
    case 'native':
    case 'cell':
      return []
  }
}

const TEXTS = ['', ' ', 'a', 'A', 'aB', ' a ', 'É', 'ß', '%', 'a_b', '0', '1', '-1', '1.5', '12abc']
