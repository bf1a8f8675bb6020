/** What the target itself must offer before any table is looked at. */

import type { Finding } from '../finding.ts'
import { LEDGER_SCHEMA } from '../ledger-names.ts'
import { showName } from '../name-text.ts'
import { isLoadedInto } from '../plan.ts'
import type { PlanRequest } from '../plan-request.ts'
import { quoteName } from '../sql-text.ts'
import type { TargetDescription } from '../target.ts'
import type { Draft } from './draft.ts'

/** Findings about encoding, schema, rights, room and other sessions of the target. */
export function targetFindings(
  target: TargetDescription,
  drafts: readonly Draft[],
  scope: PlanRequest['scope'],
): Finding[] {
  return [
    ...version(target),
    ...encoding(target.encoding),
    ...schemaFindings(target, drafts),
    ...(scope === 'check' ? [] : ledgerFindings(target)),
    ...asideFindings(target, drafts),
    ...room(target.freeBytes, drafts),
    ...target.writers.map(writer => ({
      code: 'target-in-use',
      severity: 'warning' as const,
      object: 'target',
      message: `another session writes or is idle in a transaction: pid ${writer.pid}, role ${showName(writer.role)}, application ${showName(writer.application)}, ${writer.state}`,
      remedy: 'Stop that application during the run',
    })),
  ]
}

/** The oldest release that its makers still mend, and whose progress views are used. */
const OLDEST = 14

function version({ version, engine }: TargetDescription): Finding[] {
  if (version >= OLDEST * 10_000) return []
  return [
    {
      code: 'target-too-old',
      severity: 'refused',
      object: 'target',
      message: `it is ${engine}, and longhaul needs PostgreSQL ${OLDEST} or later`,
      remedy: 'Upgrade the server, or migrate into another one',
    },
  ]
}

function encoding(name: string): Finding[] {
  if (name.toUpperCase() === 'UTF8') return []
  return [
    {
      code: 'target-encoding',
      severity: 'refused',
      object: 'target',
      message: `the database is encoded in ${name}, which does not hold every text of the source`,
      remedy: "Make the target with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
    },
  ]
}

const reserved = (object: string): Finding => ({
  code: 'schema-reserved',
  severity: 'refused',
  object,
  message: 'longhaul keeps its own records in the schema of that name',
  remedy: 'Name another schema',
})

function schemaFindings(target: TargetDescription, drafts: readonly Draft[]): Finding[] {
  const object = `schema ${target.schema.name}`
  if (target.schema.name === LEDGER_SCHEMA) return [reserved(object)]
  if (!target.schema.exists) return [missingSchema(target, object)]
  if (target.schema.canCreate || drafts.every(({ plan }) => isLoadedInto(plan))) return []
  const message = `the role ${showName(target.role)} may not create tables there`
  const [schema, role] = [target.schema.name, target.role].map(quoteName)
  const remedy = `Let its owner run GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`
  return [{ code: 'no-create-right', severity: 'refused', object, message, remedy }]
}

function missingSchema(target: TargetDescription, object: string): Finding {
  if (target.canCreateSchema) {
    return {
      code: 'schema-created',
      severity: 'note',
      object,
      message: 'the target has no such schema; it is made',
    }
  }
  const message = `the target has no such schema, and the role ${showName(target.role)} may not make it`
  const [schema, role] = [target.schema.name, target.role].map(quoteName)
  const remedy = `Let the owner of the database run CREATE SCHEMA ${schema} AUTHORIZATION ${role}, or name another schema`
  return { code: 'schema-missing', severity: 'refused', object, message, remedy }
}

function ledgerFindings({ takesLedger, schema, role, identity }: TargetDescription): Finding[] {
  if (takesLedger) return []
  const to = `TO ${quoteName(role)}`
  return [
    {
      code: 'no-place-for-ledger',
      severity: 'refused',
      object: 'target',
      message: `longhaul keeps the records of a run in the target, and the role ${showName(role)} may make tables neither in a schema of their own nor in ${showName(schema.name)}`,
      remedy: `Let an owner run GRANT CREATE ON DATABASE ${quoteName(identity.database)} ${to}, or GRANT USAGE, CREATE ON SCHEMA ${quoteName(schema.name)} ${to}`,
    },
  ]
}

/** Tables that are replaced wait in a schema made for them. */
function asideFindings(
  { canCreateSchema, role, identity }: TargetDescription,
  drafts: readonly Draft[],
): Finding[] {
  if (canCreateSchema || drafts.every(({ plan }) => plan.action !== 'replace')) return []
  return [
    {
      code: 'no-place-for-old-tables',
      severity: 'refused',
      object: 'target',
      message: `tables that are replaced are kept in a schema made for them, and the role ${showName(role)} may not make schemas`,
      remedy: `Let an owner run GRANT CREATE ON DATABASE ${quoteName(identity.database)} TO ${quoteName(role)}, or load into the tables with --if-exists use or append`,
    },
  ]
}

/**
 * Rows take about half as much again in PostgreSQL as in SQLite, their indexes and the log of the load as much
 * once more (seen on the sources of the benchmark).
 */
const ROOM_FACTOR = 2.5

function room(freeBytes: number | undefined, drafts: readonly Draft[]): Finding[] {
  const needed = drafts.reduce((sum, { plan }) => sum + plan.bytes, 0) * ROOM_FACTOR
  const what = `the rows, their indexes and the log of the load need about ${mebibytes(needed)}`
  if (freeBytes === undefined) {
    const message = `the room on the disk of the server cannot be seen from here; ${what}`
    return [{ code: 'room-unknown', severity: 'note', object: 'target', message }]
  }
  if (freeBytes >= needed) return []
  const message = `${what}, and ${mebibytes(freeBytes)} are free on the disk of the server`
  return [{ code: 'no-room', severity: 'refused', object: 'target', message, remedy: 'Free some room there' }]
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`
