/** The validate step for all objects: what the target says of itself beside what the plan has carried there. */
import type { Client } from 'pg'
import { readObjects } from '../../ledger/reader.ts'
import { findLedger } from '../../ledger/schema.ts'
import { behind, compareCarried } from '../../model/carry/compare.ts'
import { Failure } from '../../model/failure.ts'
import type { CarriedObject } from '../../model/plan.ts'
import type { CarryRequest } from '../../model/plan-request.ts'
import { isNamedIn, type SchemaCompared, schemaDifference } from '../../model/schema-compared.ts'
import { recordOf } from '../../stores/postgres/carry/effects.ts'
import { sequencesThere } from '../../stores/postgres/carry/look.ts'
import { readArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { withSession } from '../session.ts'
import { dumpSchema, majorOf, programsFor } from './schema-dump.ts'

/** What travels as a payload has a bound; the report has all of them. */
const MOST_TOLD = 500

interface SchemaInput {
  run: string
  request: CarryRequest
}

/** Keeps what it found for the report; gives the differences that nobody consented to, in words. */
export async function compareSchema({ home, log }: Work, input: SchemaInput): Promise<string[]> {
  const { run, request } = input
  if (request.scope === 'data') return []
  const compared = await withSession(home, request.target, run, client =>
    compare(client, home, input).catch(notRead),
  )
  writeArtifact(home, run, 'schema', compared)
  const open = compared.differences.filter(finding => !isNamedIn(finding, request.accept))
  log.info({ differences: compared.differences.length, open: open.length }, 'schema compared')
  const rest = open.length - MOST_TOLD
  return [
    ...open.slice(0, MOST_TOLD).map(schemaDifference),
    ...(rest > 0 ? [`and ${rest} more differences of the schema, which the report has`] : []),
  ]
}

async function compare(client: Client, home: string, { run, request }: SchemaInput): Promise<SchemaCompared> {
  const { what } = readArtifact(home, run, 'plan')
  const { version, sequences } = readArtifact(home, run, 'origin')
  const major = await majorOf(client)
  // By a program of the release that described the source, or else the texts of both differ.
  const programs = await programsFor([major, Math.floor(version / 10_000)]).catch(() => programsFor([major]))
  const entries = await dumpSchema({ home, run, endpoint: request.target, side: 'the target', programs })
  const compared = compareCarried(
    what,
    entries,
    request.scope === 'check' ? () => false : await missingIn(client, request, run),
  )
  const set = new Set(what.carried?.filter(({ kind }) => kind === 'SEQUENCE SET').map(nameOf))
  const late = behind(
    sequences.filter(stand => set.has(nameOf(stand))),
    await sequencesThere(client),
  )
  return { ...compared, differences: [...compared.differences, ...late] }
}

/** A database may have more in it than the role may read; the tables of the run are compared all the same. */
function notRead(error: unknown): SchemaCompared {
  if (!(error instanceof Failure) || (error.code !== 'target' && error.code !== 'refused')) throw error
  return { differences: [], counts: [], notCompared: [`All objects: ${error.facts.message}`] }
}

const nameOf = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name])

/** What could not be made, and what belongs to tables that were left out, is told already. */
async function missingIn(
  client: Client,
  { target }: CarryRequest,
  run: string,
): Promise<(object: CarriedObject) => boolean> {
  const ledger = await findLedger(client, target.schema)
  const objects = ledger ? await readObjects(client, ledger, run) : []
  const made = new Set(objects.filter(({ done }) => done).map(idOf))
  return object => !made.has(idOf(recordOf(object)))
}

const idOf = ({ kind, table, name }: { kind: string; table: string; name: string }) =>
  JSON.stringify([kind, table, name])
