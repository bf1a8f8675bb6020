/** Effects on the target, each made once, in one transaction with its record in the ledger. */
import { Context } from '@temporalio/activity'
import { forgetObjectSql, makeOnce, noteObjectError } from '../ledger/objects.ts'
import { Failure } from '../model/failure.ts'
import { toFailure } from '../sessions/errors.ts'
import type { Effect } from '../stores/postgres/ddl.ts'
import { dispossess, type Target } from './target.ts'

/** Makes an effect unless the ledger has it; what goes wrong is a failure that names the object. */
export async function apply(target: Target, { object, sql, undo }: Effect): Promise<void> {
  Context.current().heartbeat(`${object.kind} ${object.name}`)
  if (Context.current().cancellationSignal.aborted) await Context.current().cancelled
  const { client, ledger, token } = target
  const what =
    object.table && object.kind !== 'table'
      ? `${object.kind} "${object.name}" of table "${object.table}"`
      : `${object.kind} "${object.name}"`
  await makeOnce(client, ledger, token, { ...object, undo }, dispossess(target), async () => {
    for (const statement of sql) {
      try {
        await client.query(statement)
      } catch (error) {
        throw toFailure(error, { object: what, doing: `make the ${object.kind}` })
      }
    }
  })
}

/**
 * Makes an effect whose failure is its own: what the rows or the role forbid is noted and returned in words;
 * what another attempt can mend (a server that is away) or must stop (a takeover) is thrown. What is made in
 * its stead is a difference, in words as well.
 */
export async function tryApply(target: Target, effect: Effect): Promise<string | undefined> {
  const failure = await attempt(target, effect)
  if (failure === undefined || !effect.otherwise) return failure
  if ((await attempt(target, effect.otherwise)) !== undefined) return failure
  const { client, ledger, token } = target
  await client.query(forgetObjectSql(ledger, token.run, effect.object))
  return forNewRowsOnly(effect.object)
}

/** What is said of a constraint that the rows break. */
export const forNewRowsOnly = ({ kind, name, table }: Effect['object']) =>
  `${kind} "${name}" of table "${table}": rows in the target break it, and it is made NOT VALID, which binds rows that are added or changed`

/** Makes an effect; what the rows or the role forbid is noted and returned in words. */
export async function attempt(target: Target, effect: Effect): Promise<string | undefined> {
  try {
    await apply(target, effect)
    return undefined
  } catch (error) {
    if (!isOwn(error)) throw error
    await noteObjectError(target.client, target.ledger, target.token.run, effect.object, error.message)
    return error.message
  }
}

const OWN = new Set(['object', 'target', 'value', 'internal'])

/** What the rows or the role forbid, in contrast to what another attempt can mend or must stop. */
export const isOwn = (error: unknown): error is Failure => error instanceof Failure && OWN.has(error.code)

/** The object under which something put aside comes back. */
export const putBackOf = ({ kind, table, name }: { kind: string; table: string; name: string }) => ({
  kind: 'put back' as const,
  table,
  name: `${kind} ${name}`,
})
