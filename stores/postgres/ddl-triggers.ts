/** Triggers, each with a function of its own. */
import type { TriggerPlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, idents, qualified } from './quote.ts'

/**
 * The function and the trigger. The function pins its `search_path`: what it names must not depend on who
 * fires it, and temporary tables come last, so that none of them can stand in for a function.
 */
export function createTrigger(trigger: TriggerPlan): Effect {
  const { target, on, timing, event, columns, when, body } = trigger
  const table = qualified(on.schema, on.name)
  const call = `${qualified(on.schema, target)}()`
  const tag = dollarTag(body)
  const events = columns.length > 0 ? `${event} OF ${idents(columns)}` : event
  return {
    object: { kind: 'trigger', table: on.name, name: target },
    sql: [
      `CREATE FUNCTION ${call} RETURNS trigger\n  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp\nAS ${tag}\n${body}\n${tag}`,
      `CREATE TRIGGER ${ident(target)} ${timing} ${events} ON ${table}\n  FOR EACH ROW${when === undefined ? '' : ` WHEN (${when})`} EXECUTE FUNCTION ${call}`,
    ],
    undo: [`DROP TRIGGER ${ident(target)} ON ${table}`, `DROP FUNCTION ${call}`],
  }
}

/** `$body$`, or with a number where the body holds that. */
function dollarTag(body: string): string {
  for (let n = 0; ; n++) {
    const tag = `$body${n || ''}$`
    if (!body.includes(tag)) return tag
  }
}
