import type { Affinity } from './scope.ts'

/** The affinity of a declared type, by SQLite's five rules (https://sqlite.org/datatype3.html, 3.1); ANY has none in a STRICT table. */
export function affinityOf(declared: string, strict = false): Affinity {
  const type = declared.toUpperCase()
  if (type.includes('INT')) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/.test(type)) return 'TEXT'
  if (type.trim() === '' || type.includes('BLOB') || (strict && type === 'ANY')) return 'BLOB'
  return /REAL|FLOA|DOUB/.test(type) ? 'REAL' : 'NUMERIC'
}
