/** After rows were added to a table that others have rows in: are theirs still as many as before? */
import type { Client } from 'pg'
import { readBefore } from '../ledger/before.ts'
import { countOverwritten } from '../ledger/overwritten.ts'
import type { Place } from '../ledger/schema.ts'
import { tally } from '../ledger/written.ts'
import { count } from '../model/amounts.ts'
import type { TablePlan } from '../model/plan.ts'

/**
 * In words for the report. A table that is in use may have gained or lost rows meanwhile, which is no fault of the
 * run; where nobody noted how many there were, their number is told alone.
 */
export async function rowsOfOthers(
  client: Client,
  ledger: Place,
  run: string,
  table: TablePlan,
): Promise<string> {
  const { rows, own, written } = await tally(client, ledger, run, table)
  const over = await countOverwritten(client, ledger, run, table)
  const others = rows - own
  const before = (await readBefore(client, ledger, run)).get(table.name)
  const said = table.upsert ? `${byKey(written - over, over)}; ` : ''
  const beside = `${said}${count(others, 'row')} of others ${others === 1 ? 'is' : 'are'} beside them`
  if (!before) return beside
  if (before.rows === others + over) return `${beside}, as before`
  return `${beside}, and ${count(before.rows, 'row')} before the run: others have written meanwhile`
}

const byKey = (inserted: number, over: number) =>
  `${count(inserted, 'row')} inserted, ${count(over, 'row')} overwritten`
