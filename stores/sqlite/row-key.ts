/** How a finding names one row: by its key, as in `id = 17`, `rowid = 17` or `(a, b) = (1, 'x')`. */
import type { Table } from '../../model/schema.ts'
import { quote } from './quote.ts'

/** Longer keys are cut: they stand in sentences. */
const MOST = 200

/** An expression of SQLite that gives the name of the row as a text; `alias` is the table's in the statement. */
export function keyTerm({ primaryKey, access }: Table, alias?: string): string {
  const columns = primaryKey?.columns ?? (access.by === 'rowid' ? [access.name] : [])
  if (columns.length === 0) return 'NULL'
  const values = columns
    .map(column => literal(alias ? `${alias}.${quote(column)}` : quote(column)))
    .join(` || ', ' || `)
  const names = columns.join(', ')
  if (columns.length === 1) return `${text(`${names} = `)} || ${values}`
  return `${text(`(${names}) = (`)} || ${values} || ')'`
}

/** As SQL writes the value; of a long one the beginning. */
function literal(column: string): string {
  const large = `typeof(${column}) IN ('text', 'blob') AND octet_length(${column}) > ${MOST}`
  return `CASE WHEN ${large} THEN quote(substr(${column}, 1, ${MOST / 2})) || '…' ELSE quote(${column}) END`
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
