import type { CreateTrigger } from '../sqlite-sql/ast.ts'
import type { QueryContext } from './query-context.ts'
import { type RelationRef, Untranslatable } from './scope.ts'

/** A trigger while its statements are translated. */
export interface TriggerContext extends Pick<CreateTrigger, 'timing' | 'event'> {
  /** The table or view it stands on. */
  relation: RelationRef
  /** Statements to be done before the body is left early. */
  release: string[]
  /** With `NEW` and `OLD` around it. */
  query: QueryContext
}

/** The table that a statement of the body writes. Throws `Untranslatable`. */
export function writtenTable(table: string, { timing, event, relation, query }: TriggerContext): RelationRef {
  const written = query.table(table)
  // "tuple to be updated was already modified by an operation triggered by the current command"
  if (timing === 'BEFORE' && event !== 'INSERT' && written.sql === relation.sql)
    throw new Untranslatable(
      `a BEFORE ${event} trigger that writes its own table: PostgreSQL refuses to change a row twice`,
    )
  return written
}
