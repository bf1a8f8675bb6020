/** Whether the whole database can be made anew from the dump of the backup step, and what would be lost. */
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { tableName } from '../ledger/schema.ts'
import { count } from '../model/amounts.ts'
import { Failure, sentence } from '../model/failure.ts'
import { LEDGER_TABLES } from '../model/ledger-names.ts'
import { showName } from '../model/name-text.ts'
import { isLoadedInto } from '../model/plan.ts'
import type { RollbackCheck, RollbackTable } from '../model/rollback.ts'
import { identify } from '../stores/postgres/backend.ts'
import { mayReplace, othersIn } from '../stores/postgres/database.ts'
import { fingerprintTable } from '../stores/postgres/fingerprint.ts'
import { identity } from '../stores/postgres/identity.ts'
import { dumpedTables } from '../stores/postgres/inventory.ts'
import { findManifest, type Manifest, needDump } from './backup-file.ts'
import type { CheckInput } from './check-rollback.ts'
import type { Work } from './edge.ts'
import { readRemake } from './remake-state.ts'
import { openSubject, type Subject, survey } from './rollback-subject.ts'
import { withSession } from './session.ts'
import { needPrograms } from './tools.ts'
import { watched } from './watch.ts'
import { withoutRecord } from './without-record.ts'

/** On the host that has the dump; reads all rows of the database. */
export async function checkDump({ home }: Work, input: CheckInput): Promise<RollbackCheck> {
  const begun = readRemake(home, input.run)
  if (begun && begun.phase !== 'done')
    return { ...NOTHING, warnings: ['it goes on with what was begun'], state: 'rolling back' }
  return withSession(home, input.target, input.run, async client =>
    watched(home, input, await identify(client), async () => {
      const subject = await openSubject(client, input)
      if (!subject) return withoutRecord(home, input, client)
      const dump = await theDump(home, subject)
      return typeof dump === 'string'
        ? { ...NOTHING, safe: false, refusals: [dump], state: subject.run.state }
        : check(client, subject, dump)
    }),
  )
}

const NOTHING: RollbackCheck = {
  ...{ safe: true, loses: false, refusals: [], warnings: [], tables: [], more: 0, state: 'unknown' },
}

const NONE_MADE =
  'the run made no dump of the database: only --backup dump makes one, before the first write. Take the run back by its tables: leave out --scope database'

/** Whole and unchanged; or why not. */
async function theDump(home: string, { run, what }: Subject): Promise<Manifest | string> {
  if (what.policies.backup !== 'dump' && !findManifest(home, run.id)) return NONE_MADE
  try {
    return await needDump(home, run.id, bytes => Context.current().heartbeat({ bytes }))
  } catch (error) {
    if (error instanceof Failure && error.code === 'artifact') return sentence(error.facts).replace(/\.$/, '')
    throw error
  }
}

async function check(client: Client, subject: Subject, manifest: Manifest): Promise<RollbackCheck> {
  const { database } = await identity(client)
  const others = await othersIn(client, database)
  const refusals = [...(await unable(client)), ...(await otherRuns(subject, manifest))]
  const tables = await compared(client, subject, manifest)
  const changed = tables.filter(t => t.lost > 0)
  const loses = changed.length > 0 || others > 0
  return {
    safe: refusals.length === 0 && !loses,
    ...{ loses, refusals, state: subject.run.state },
    ...(others > 0 && { sessions: others }),
    warnings: [
      `everything that came into database ${database} since ${manifest.at} goes`,
      ...changed
        .slice(0, 100)
        .map(t => `table ${showName(t.target)}: others have written to it since, and that would be lost`),
      ...(others > 0 ? [`${count(others, 'session')} of others in the database would be ended`] : []),
    ],
    tables: tables.slice(0, 500),
    more: Math.max(0, tables.length - 500),
  }
}

async function unable(client: Client): Promise<string[]> {
  const reason = await mayReplace(client)
  try {
    await needPrograms(client)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'refused') throw error
    return [sentence(error.facts).replace(/\.$/, '')]
  }
  return reason === undefined ? [] : [`${reason}. Use a role that does, or take the run back by its tables`]
}

/** What other runs have written since the dump would go with the database. */
async function otherRuns({ client, ledger, run }: Subject, { at }: Manifest): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM ${tableName(ledger, 'run')} WHERE id <> $1 AND greatest(started_at, updated_at) > $2 LIMIT 10`,
    [run.id, at],
  )
  return rows.map(
    ({ name }) => `run ${showName(name)} has written to this database since. Take that one back first`,
  )
}

/** Every table but those that the run itself made or loaded: these are judged by their rows. */
async function compared(client: Client, subject: Subject, manifest: Manifest): Promise<RollbackTable[]> {
  const dumped = new Map(manifest.tables.map(t => [`${t.schema}.${t.name}`, t]))
  const ours = new Map(subject.tables.map(t => [`${t.target.schema}.${t.target.name}`, t]))
  const found: RollbackTable[] = []
  for (const { schema, name, partitioned } of await dumpedTables(client, ledgerTables(subject))) {
    Context.current().heartbeat(name)
    const place = `${schema}.${name}`
    const [before, own] = [dumped.get(place), ours.get(place)]
    if (own) {
      const { rows, own: written, before: had } = await survey(subject, own)
      const lost = Math.max(0, rows - written - (isLoadedInto(own) ? had : 0))
      found.push({
        name: own.name,
        target: place,
        written,
        rows,
        before: had,
        goes: written,
        lost,
        changed: lost > 0,
      })
    } else if (!partitioned) {
      const now = await fingerprintTable(client, { schema, name })
      const changed = now.rows !== before?.rows || now.digest !== before.digest
      const aside = schema.startsWith('longhaul_aside_')
      if (aside) continue
      const lost = changed ? Math.max(1, now.rows - (before?.rows ?? 0)) : 0
      found.push({
        name,
        target: place,
        written: 0,
        rows: now.rows,
        before: before?.rows ?? 0,
        goes: lost,
        lost,
        changed,
      })
    }
  }
  return found.sort((a, b) => b.lost - a.lost)
}

const ledgerTables = ({ ledger }: Subject) =>
  LEDGER_TABLES.map(table => ({ schema: ledger.schema, name: `${ledger.prefix}${table}` }))
