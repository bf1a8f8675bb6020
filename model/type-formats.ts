/** Which formats of texts a type prints back as they were, or equal by the table of `docs/digest.md`. */
import type { TextFormat } from './assessment.ts'
import type { LogicalType } from './types.ts'

/** Empty where the type asks for no format: any text will do, or none. */
export function formatsFor(type: LogicalType): readonly TextFormat[] {
  switch (type.kind) {
    case 'timestamp':
      return type.zone ? ['timestamptz'] : ['timestamp']
    case 'date':
    case 'time':
    case 'inet':
      return [type.kind]
    case 'json':
      return type.binary ? ['json'] : ['json-text']
    case 'uuid':
      return ['uuid', 'uuid-hex']
    case 'numeric':
      return ['decimal']
    default:
      return []
  }
}
