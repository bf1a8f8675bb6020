/**
 * The limit: what this PostgreSQL needs at the least. The rows lie ready in the files of binary COPY, PostgreSQL reads
 * them itself, and two sessions always have something to do.
 */
import { join } from 'node:path'
import type { Client } from 'pg'
import type { Extra, Ground, Stage, Trial } from '../trial.ts'
import { prepared } from './prepared.ts'
import { lastTimes, type Task, tasksOf, workOff } from './tasks.ts'

const SESSIONS = 2

/** Two sessions keep two processors busy; a parallel build of an index would only take from the other one. */
const SETTINGS = `
  SET search_path = pg_catalog;
  SET maintenance_work_mem = '256MB';
  SET max_parallel_maintenance_workers = 0`

export const LIMIT: Trial = {
  name: 'limit',
  title: 'ready-made binary COPY files (the limit)',
  note: 'reads no SQLite: PostgreSQL loads files that were made before, over 2 sessions, with indexes built beside the load',
  source: 'documents',
  prepare: makeFiles,
  run,
}

const file = ({ folder }: Ground, table: string) => join(folder, `${table}.copy`)

/** From a database that longhaul has filled. */
async function makeFiles(ground: Ground): Promise<void> {
  await prepared(ground, async (client: Client) => {
    for (const { name } of ground.source.tables)
      await client.query(`COPY public.${name} TO '${file(ground, name)}' (FORMAT binary)`)
  })
}

async function run(stage: Stage): Promise<Extra> {
  const { server, database, script, source } = stage
  const copies = source.tables.map(
    ({ name, rows }): Task => ({
      ...{ kind: 'copy', table: name, rows },
      sql: `COPY public.${name} FROM '${file(stage, name)}' (FORMAT binary)`,
    }),
  )
  await server.session(database, async client => void (await client.query(script.tables)))
  const tasks = tasksOf(copies, script.after)
  const begin = (work: (client: Client) => Promise<void>) =>
    server.session(database, async client => {
      await client.query(SETTINGS)
      await work(client)
    })
  await workOff(tasks, SESSIONS, begin, lastTimes)
  return {}
}
