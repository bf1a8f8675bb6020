/**
 * The foreign keys of a run. Added whole, each locks both of its tables until all rows are read, so those that refer to
 * one table go one after the other. Those of large tables are added unchecked, all in a moment; then their rows are
 * checked, side by side for different tables.
 */
import { forgetObjectSql } from '../ledger/objects.ts'
import { readObjects } from '../ledger/reader.ts'
import type { RunPlace } from '../model/payloads.ts'
import { isLoadedInto, type TablePlan } from '../model/plan.ts'
import { addForeignKey, type Effect, foreignKeyInTwo } from '../stores/postgres/ddl.ts'
import { attempt, forNewRowsOnly } from './effects.ts'
import { tryAll } from './effects-together.ts'
import { SMALL_TABLE } from './finish-tables.ts'
import { sideBySide } from './side-by-side.ts'
import type { Target } from './target.ts'

type InTwo = NonNullable<ReturnType<typeof foreignKeyInTwo>>

/** The foreign keys of a table that the run makes; one without `checked` binds new rows only. */
type KeysOf = (table: TablePlan) => { added: Effect; whole: Effect; checked?: Effect }[]

/** Returns what could not be made, or does not hold for all rows, in words. */
export const addForeignKeys = (home: string, place: RunPlace, target: Target): Promise<string[]> =>
  addKeysWith(home, place, target, table =>
    table.foreignKeys.map(key => {
      const whole = addForeignKey(table, key)
      return { added: whole, whole, ...foreignKeyInTwo(table, key) }
    }),
  )

/** The same, whatever a table's keys come from. */
export async function addKeysWith(
  home: string,
  place: RunPlace,
  target: Target,
  keysOf: KeysOf,
): Promise<string[]> {
  const tables = target.plan.what.tables.filter(table => !isLoadedInto(table))
  const large = tables.filter(({ bytes }) => bytes > SMALL_TABLE).map(table => inTwo(keysOf(table)))
  const small = tables
    .filter(({ bytes }) => bytes <= SMALL_TABLE)
    .flatMap(table => keysOf(table).map(({ whole }) => whole))
  const keys = large.flatMap(({ checked }) => checked)
  const added = [...large.flatMap(({ unchecked }) => unchecked), ...keys.map(key => key.added), ...small]
  const failures = await tryAll(target, added)
  const there = await madeKeys(target)
  const left = large
    .map(({ checked }) => checked.filter(({ added: { object } }) => there.has(idOf(object))))
    .filter(keys => keys.length > 0)
  const broken = await sideBySide(target, {
    ...{ home, place, sessions: target.plan.how.tables, tasks: left },
    work: checkRows,
  })
  await forgetChecks(target, keys)
  return [...failures, ...broken]
}

function inTwo(keys: ReturnType<KeysOf>): { checked: InTwo[]; unchecked: Effect[] } {
  return {
    checked: keys.flatMap(({ added, checked }) => (checked ? [{ added, checked }] : [])),
    unchecked: keys.flatMap(({ added, checked }) => (checked ? [] : [added])),
  }
}

const idOf = ({ table, name }: { table: string; name: string }) => JSON.stringify([table, name])

/** Those that were found to be broken before, by an attempt that was killed, are not among them. */
async function madeKeys({ client, ledger, token }: Target): Promise<Set<string>> {
  const objects = await readObjects(client, ledger, token.run)
  return new Set(objects.filter(({ kind, done }) => done && kind === 'foreign key').map(idOf))
}

/** The rows of one table under its keys: one that they break stays as one for new rows. */
async function checkRows(target: Target, keys: readonly InTwo[]): Promise<string[]> {
  const { ledger, token } = target
  const failures: string[] = []
  for (const { added, checked } of keys) {
    const failure = await attempt(target, checked)
    if (failure === undefined) continue
    const instead = { ...added.otherwise!, sql: [forgetObjectSql(ledger, token.run, added.object)] }
    const again = await attempt(target, instead)
    failures.push(again === undefined ? forNewRowsOnly(added.object) : failure)
  }
  return failures
}

/** A check that was made is part of its key, and one that failed is told by what stands in its stead. */
async function forgetChecks({ client, ledger, token }: Target, keys: readonly InTwo[]): Promise<void> {
  const records = keys.map(({ checked: { object } }) => forgetObjectSql(ledger, token.run, object))
  if (records.length > 0) await client.query(records.join(';\n'))
}
