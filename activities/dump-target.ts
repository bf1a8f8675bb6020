/** A dump of the target before the first write, restored and compared. Runs on the host of the artifacts. */
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { setStep } from '../ledger/runs.ts'
import { count, showBytes } from '../model/amounts.ts'
import type { RunPlace } from '../model/payloads.ts'
import { type DumpFile, makeDump } from '../stores/postgres/dump.ts'
import { identity } from '../stores/postgres/identity.ts'
import type { Programs } from '../stores/postgres/programs.ts'
import { dropScratch } from '../stores/postgres/scratch.ts'
import { clearAttempts, type Manifest, needDump, newDumpPath, writeManifest } from './backup-file.ts'
import { type DumpScope, ledgerLeftOut } from './dump-scope.ts'
import type { Work } from './edge.ts'
import { hasBegun } from './has-begun.ts'
import { type Portrait, portray } from './portrait.ts'
import { endPrograms, withProgram } from './program.ts'
import { proveDump } from './prove-dump.ts'
import { type Target, withTarget } from './target.ts'
import { needPrograms } from './tools.ts'
import { watched } from './watch.ts'

/** Returns how it was made and proven, in words. An attempt after one that was proven finds it there. */
export async function dumpTarget(work: Work, { place }: { place: RunPlace }): Promise<string> {
  const { home, log } = work
  return withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      const manifest = (await proven(home, target)) ?? (await dump(work, target, place))
      const { bytes, sha256, verified } = manifest
      log.info({ bytes, sha256, verified: verified.how }, 'target dumped')
      const text = inWords(manifest)
      await setStep(target.client, target.ledger, place, 'backup', 'done', text)
      return text
    }),
  )
}

const inWords = ({ bytes, verified, tables, path }: Manifest) =>
  `dump of ${count(tables.length, 'table')}, ${showBytes(bytes)}, in ${path}: ${verified.text}`

/** Nothing depends on it before the first write: one that is gone or damaged is made anew. */
async function proven(home: string, target: Target): Promise<Manifest | undefined> {
  if (await hasBegun(target)) return needDump(home, target.token.run)
  return needDump(home, target.token.run).catch(() => undefined)
}

async function dump({ home, host }: Work, target: Target, place: RunPlace): Promise<Manifest> {
  const { client } = target
  const { run } = place
  await endPrograms(client, run)
  await dropScratch(client, run)
  clearAttempts(home, run)
  const { programs, engine } = await needPrograms(client)
  const scope = await ledgerLeftOut(target)
  const at = new Date().toISOString()
  const { file, portrait } = await underOneSnapshot(home, place, target, programs, scope)
  const verified = await proveDump({ home, place, client, programs, file, portrait, but: scope.relations })
  const { database } = await identity(client)
  const manifest: Manifest = {
    ...{ id: run, at, host, engine, program: `pg_dump ${programs.version}`, database, ...file },
    ...{ ledger: scope.relations.length === 0, verified },
    tables: portrait.tables.map(({ schema, name, rows, digest }) => ({ schema, name, rows, digest })),
  }
  writeManifest(home, manifest)
  return manifest
}

/** `pg_dump` beside a session that computes the digests: both see one state, whoever writes meanwhile. */
async function underOneSnapshot(
  home: string,
  place: RunPlace,
  { client }: Target,
  programs: Programs,
  { relations, words }: DumpScope,
): Promise<{ file: DumpFile; portrait: Portrait }> {
  const broken = new AbortController()
  const signal = AbortSignal.any([Context.current().cancellationSignal, broken.signal])
  const orBreak = <T>(work: Promise<T>) =>
    work.catch(error => {
      broken.abort()
      throw error
    })
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    const snapshot = await exported(client)
    const [made, seen] = await Promise.allSettled([
      orBreak(
        withProgram({ home, place, name: 'dump' }, (env, progress) =>
          makeDump({ programs, env, signal, progress }, newDumpPath(home, place.run), { snapshot, words }),
        ),
      ),
      orBreak(portray(client, relations, signal)),
    ])
    if (made.status === 'fulfilled' && seen.status === 'fulfilled')
      return { file: made.value, portrait: seen.value }
    throw reasonOf([made, seen])
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

/** The other one was told to stop. */
function reasonOf(outcomes: PromiseSettledResult<unknown>[]): unknown {
  const reasons = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []))
  return reasons.find(reason => reason?.name !== 'AbortError') ?? reasons[0]
}

async function exported(client: Client): Promise<string> {
  const { rows } = await client.query('SELECT pg_catalog.pg_export_snapshot() AS id')
  return rows[0].id
}
