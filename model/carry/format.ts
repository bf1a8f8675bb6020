/** Whether the binary form of a column's values means the same in another database. */
import type { PostgresTable, TypeShape } from '../postgres-schema.ts'

/** Numbers of objects, which are others elsewhere; or documents whose head names an encoding. */
const AS_TEXT: ReadonlySet<string> = new Set([
  'regclass',
  'regcollation',
  'regconfig',
  'regdictionary',
  'regnamespace',
  'regoper',
  'regoperator',
  'regproc',
  'regprocedure',
  'regrole',
  'regtype',
  'aclitem',
  'xml',
])

/**
 * Arrays and rows carry the numbers of their types, which are the database's own where the types are. Of types of
 * extensions nobody knows.
 */
const isPortable = (shape: TypeShape, inside = false): boolean => {
  if (shape.kind === 'base') return !AS_TEXT.has(shape.name)
  if (shape.kind === 'array') return isPortable(shape.element, true)
  if (shape.kind === 'domain') return !inside && isPortable(shape.base)
  return shape.kind === 'enum' && !inside
}

/** As `TablePlan.format` has it. */
export const formatOf = ({ columns }: PostgresTable): 'text' | undefined =>
  columns.every(({ generated, shape }) => generated !== undefined || isPortable(shape)) ? undefined : 'text'
