/** What a rollback says beforehand and afterwards, where it cannot do all, or has done it already. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { checkRollback } from '../../activities/check-rollback.ts'
import { reportRollback } from '../../activities/report-rollback.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { checkText } from '../../client/cli/rollback-text.ts'
import type { RollbackDocument } from '../../model/render-rollback.ts'
import { type RollbackScope, WHOLE } from '../../model/rollback.ts'
import { onPath } from '../../worker/executable.ts'
import { ended, SOURCE } from './teams.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const workshop = await openWorkshop()

const EMPTY_PARENT = 'CREATE TABLE public.team (id bigint PRIMARY KEY, name text NOT NULL)'
const PARENT = `${EMPTY_PARENT}; INSERT INTO public.team VALUES (10, 'green')`

const given = ({ run, request: { target } }: Run) => ({ run, target })
const check = (run: Run, scope: RollbackScope = WHOLE) => run.act(checkRollback, { ...given(run), scope })
const back = (run: Run, scope: RollbackScope = WHOLE) => run.act(rollBack, { ...given(run), scope })

/** The server's own program; else that of the machine. */
function pgDump(): string | undefined {
  const own = workshop.postgres.cluster && join(workshop.postgres.cluster.binDir, 'pg_dump')
  return own && existsSync(own) ? own : onPath('pg_dump')
}

function everything(program: string, run: Run): string {
  const text = execFileSync(program, ['--dbname', run.url, '--exclude-schema=longhaul'], { encoding: 'utf8' })
  return text.replace(/^\\(un)?restrict .*$/gm, '')
}

for (const [ifExists, target] of [
  ['use', EMPTY_PARENT],
  ['append', PARENT],
] as const)
  for (const scope of [WHOLE, { kind: 'all', tables: ['team', 'member'] }] as RollbackScope[])
    test(`a child that the run made goes before rows of a parent that was there: ${ifExists}, ${scope.tables ? 'by name' : 'all'}`, async t => {
      const program = pgDump()
      if (!program) return t.skip('there is no pg_dump on this machine')
      const run = await workshop.begin(target, SOURCE, { ifExists })
      const before = everything(program, run)
      await ended(run)
      const found = await check(run, scope)
      assert.deepEqual([found.safe, found.refusals], [true, []])
      assert.deepEqual((await back(run, scope)).differences, [])
      assert.equal(everything(program, run), before)
      if (scope.tables) assert.deepEqual((await back(run)).differences, [])
      assert.deepEqual(await run.rows(`SELECT to_regnamespace('longhaul')::text`), [[null]])
    })

test('a table that was dropped with consent is missed before the rollback and after it', async () => {
  const run = await workshop.begin(PARENT, SOURCE, {
    ...{ ifExists: 'replace', backup: 'none', accept: ['no-way-back'] },
  })
  await ended(run)
  const found = await check(run)
  assert.deepEqual([found.refusals, found.dropped], [[], ['public.team']])
  assert.match(found.warnings[0]!, /NO WAY BACK for table public.team: the run dropped the old table/)
  assert.deepEqual(found.tables.map(({ name, before }) => [name, before]).sort(), [
    ['member', 0],
    ['team', null],
  ])
  const text = checkText('story', WHOLE, found)
  assert.match(text, /unknown/)
  assert.match(text, /will not be as before: 1 old table/)
  assert.match(
    (await back(run)).differences.join(),
    /public.team: the run dropped the one that was there.*nothing brings it back/,
  )
})

test('a table that was put aside counts its rows as those before', async () => {
  const run = await workshop.begin(PARENT, SOURCE, { ifExists: 'replace' })
  await ended(run)
  const found = await check(run)
  assert.deepEqual(found.tables.find(({ name }) => name === 'team')?.before, 1)
  assert.deepEqual([found.safe, found.dropped], [true, undefined])
  assert.deepEqual((await back(run)).differences, [])
})

/** A role that may begin runs in a new database, and owns what it makes. */
async function asRole(
  role: string,
  target: string,
  options: Parameters<typeof workshop.begin>[2],
): Promise<Run> {
  const rights = `DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role} LOGIN PASSWORD '${role}-canary'; GRANT CREATE, USAGE ON SCHEMA public TO ${role}`
  const run = await workshop.begin(`${target}; ${rights}`, SOURCE, options, { role })
  const database = new URL(run.url).pathname.slice(1)
  await run.client.query(`GRANT CREATE ON DATABASE ${database} TO ${role}`)
  if (target) await run.client.query(`GRANT SELECT, INSERT, DELETE, REFERENCES ON public.team TO ${role}`)
  return run
}

test('rights that the role has no more refuse it, with the object and what helps', async () => {
  const run = await asRole('k1_appender', PARENT, { ifExists: 'append' })
  await ended(run)
  assert.deepEqual((await check(run)).refusals, [])
  await run.client.query('REVOKE DELETE ON public.team FROM k1_appender')
  assert.match(
    (await check(run)).refusals.join(),
    /k1_appender lacks DELETE on table public.team.*GRANT DELETE ON "public"."team"/,
  )
  await run.client.query('REVOKE SELECT ON public.team FROM k1_appender')
  assert.match((await check(run)).refusals.join(), /lacks SELECT, DELETE on table public.team/)
  await run.client.query('GRANT SELECT, DELETE ON public.team TO k1_appender')
  await run.client.query(
    'ALTER TABLE public.member OWNER TO CURRENT_USER; ALTER SCHEMA public OWNER TO CURRENT_USER',
  )
  await run.client.query('GRANT SELECT ON public.member TO k1_appender')
  assert.match(
    (await check(run)).refusals.join(),
    /table public.member belongs to another role, and k1_appender may not drop it.*OWNER TO/,
  )
  assert.deepEqual(await run.rows('SELECT count(*)::int FROM public.member'), [[4]])
  await run.client.query('ALTER TABLE public.member OWNER TO k1_appender')
  await run.client.query('ALTER TABLE longhaul.run OWNER TO CURRENT_USER')
  assert.match((await check(run)).refusals.join(), /k1_appender may not read the ledger in schema longhaul/)
  await run.client.query('GRANT SELECT ON longhaul.run TO k1_appender')
  assert.match((await check(run)).refusals.join(), /the ledger in schema longhaul belongs to another role/)
  await run.client.query('ALTER TABLE longhaul.run OWNER TO k1_appender')
  assert.deepEqual((await check(run)).refusals, [])
  assert.deepEqual((await back(run)).differences, [])
})

test('rows are appended without a right to delete them only with the consent no-way-back', async () => {
  const run = await asRole('k1_writer', PARENT, { ifExists: 'append' })
  await run.client.query(
    'REVOKE DELETE ON public.team FROM k1_writer; GRANT TRUNCATE ON public.team TO k1_writer',
  )
  const { findings = [] } = await run.plan()
  const found = findings.find(({ code }) => code === 'no-way-back')
  assert.deepEqual([found?.severity, found?.object], ['consent', 'table team'])
  assert.match(found!.message, /k1_writer may not delete from the table of the target, which holds rows/)
})

test('a run that was taken back says so and when, and its report keeps what was done and dumped', async () => {
  const run = await workshop.begin('', SOURCE)
  await ended(run)
  const scope: RollbackScope = { kind: 'rows', tables: ['member'] }
  const report = async (scope: RollbackScope, startedAt: string, text: string, path?: string) => {
    const backup = path === undefined ? {} : { backup: { path, host: 'here', bytes: 9, sha256: 'abc' } }
    const found = await check(run, scope)
    const outcome = await back(run, scope)
    const input = {
      ...given(run),
      name: 'story',
      scope,
      startedAt,
      check: found,
      outcome,
      backedUp: { text, ...backup },
    }
    await run.act(reportRollback, input)
    // An attempt after a killed one.
    return run.act(reportRollback, input)
  }
  await report(scope, '2026-01-01T00:00:00Z', 'dumped', '/backup/first.dump')
  const { json, markdown } = await report(WHOLE, '2026-01-02T00:00:00Z', 'no dump was made')
  const document = JSON.parse(readFileSync(json, 'utf8')) as RollbackDocument
  assert.deepEqual(
    document.earlier?.map(({ startedAt }) => startedAt),
    ['2026-01-01T00:00:00Z'],
  )
  assert.match(readFileSync(markdown, 'utf8'), /2026-01-02[\s\S]*2026-01-01[\s\S]*first.dump/)

  const again = await check(run)
  assert.deepEqual([again.safe, again.tables], [true, []])
  assert.match(again.already!, /^was taken back already: at \d{4}-\d\d-\d\dT/)
  assert.match(checkText('story', WHOLE, again), /Run story was taken back already.*nothing to do/)
})

test('a database that was dropped and made anew is another one, and nothing was taken back in it', async () => {
  const run = await workshop.begin('', SOURCE)
  await ended(run)
  const database = new URL(run.url).pathname.slice(1)
  const server = new URL(run.url)
  server.pathname = '/postgres'
  await run.client.end()
  const admin = new pg.Client({ connectionString: server.href })
  await admin.connect()
  try {
    await admin.query(`DROP DATABASE ${database}`)
    await admin.query(`CREATE DATABASE ${database}`)
  } finally {
    await admin.end()
  }
  for (const scope of [WHOLE, { kind: 'database' }] as RollbackScope[]) {
    const { safe, refusals, already } = await check(run, scope)
    assert.deepEqual([safe, already], [false, undefined])
    assert.match(
      refusals.join(),
      /another database than the one in which the run wrote.*nothing was taken back/,
    )
  }
})

test('locks of the run itself are no warning, and a dump that was never made is called so', async () => {
  const run = await workshop.begin('', SOURCE)
  await ended(run)
  const url = new URL(run.url)
  url.searchParams.set('application_name', `longhaul ${run.run}`)
  const own = new pg.Client({ connectionString: url.href })
  await own.connect()
  try {
    await own.query('BEGIN; LOCK TABLE public.team IN ROW EXCLUSIVE MODE')
    assert.deepEqual((await check(run)).warnings, [])
    await run.client.query('BEGIN; LOCK TABLE public.team IN ROW EXCLUSIVE MODE')
    assert.match((await check(run)).warnings.join(), /has table "team" locked/)
    await run.client.query('ROLLBACK')
  } finally {
    await own.end()
  }
  const { safe, refusals } = await check(run, { kind: 'database' })
  assert.equal(safe, false)
  assert.match(refusals.join(), /the run made no dump of the database: only --backup dump makes one/)
})
