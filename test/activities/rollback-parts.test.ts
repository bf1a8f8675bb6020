/** Parts of a run: a table left out while it goes on, a dump before it goes back, a script, the whole database. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { backUpBefore } from '../../activities/back-up-before.ts'
import { findManifest } from '../../activities/backup-file.ts'
import { checkRollback } from '../../activities/check-rollback.ts'
import { createTables } from '../../activities/create-tables.ts'
import { dumpTarget } from '../../activities/dump-target.ts'
import { finishKeys } from '../../activities/finish-keys.ts'
import { leaveOut } from '../../activities/leave-out.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { validateTables } from '../../activities/validate-tables.ts'
import { rollbackScript } from '../../client/rollback-script.ts'
import { Failure } from '../../model/failure.ts'
import type { RollbackScope } from '../../model/rollback.ts'
import { onPath } from '../../worker/executable.ts'
import { ended, SOURCE } from './teams.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const workshop = await openWorkshop()

/** Where the server's own programs are; else those of the machine. */
const program = (name: string) => {
  const own = workshop.postgres.cluster && join(workshop.postgres.cluster.binDir, name)
  return own && existsSync(own) ? own : onPath(name)
}
const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof Failure && pattern.test(error.message)
const scopeOf = (scope: RollbackScope) => scope

const PARENT = `
  CREATE TABLE public.team (id bigint PRIMARY KEY, name text NOT NULL);
  INSERT INTO public.team VALUES (10, 'green')`

/** A table of the application that refers to itself, one with a trigger, and one that the run knows nothing of. */
const APPLICATION = `
  CREATE TABLE public.team (id bigint PRIMARY KEY, name text NOT NULL);
  CREATE TABLE public.member (id bigint PRIMARY KEY, team bigint REFERENCES public.team, number text);
  CREATE FUNCTION public.never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trigger fired''; END';
  INSERT INTO public.team VALUES (10, 'green'); INSERT INTO public.member VALUES (10, 10, 'OLD-10');
  CREATE TRIGGER never BEFORE DELETE ON public.member FOR EACH ROW EXECUTE FUNCTION public.never();
  CREATE TABLE public.bystander (note text); INSERT INTO public.bystander VALUES ('here')`

const given = ({ run, request: { target } }: Run) => ({ run, target })
const ids = async (run: Run, table: string) =>
  (await run.rows(`SELECT id::int FROM public.${table} ORDER BY 1`)).map(([id]) => id)
const there = async (run: Run, name: string) =>
  (await run.rows(`SELECT to_regclass('${name}') IS NOT NULL`))[0]![0]

for (const [what, target, ifExists, out, kept] of [
  ['that the run makes', '', 'refuse', 'team', 'member'],
  ['that was there', APPLICATION, 'append', 'member', 'team'],
] as const) {
  test(`a table ${what} is left out while its run goes on`, async () => {
    const run = await workshop.begin(target, SOURCE, { ifExists })
    await run.plan()
    const place = await run.open()
    await run.rest(place)
    assert.match(
      await run.act(leaveOut, { place, table: out }),
      /object\(s\) and \d row\(s\) of it taken back/,
    )
    const isOut = async () => {
      if (ifExists === 'append') assert.deepEqual(await ids(run, out), [10])
      else assert.equal(await there(run, `public.${out}`), false)
    }
    await isOut()
    // Once more, and all that comes after, as an attempt that goes on does.
    await run.act(leaveOut, { place, table: out })
    await run.act(createTables, { place })
    const failures = await run.act(finishKeys, { place })
    const orphaned = [
      `foreign key "member_team_fkey" of table "member": not made, as table team was left out`,
    ]
    assert.deepEqual(failures, ifExists === 'append' ? [] : orphaned)
    const results = await run.act(validateTables, { place, tables: [out, kept] })
    assert.deepEqual(
      results.map(({ name, verdict }) => [name, verdict]),
      [[kept, 'equal']],
    )
    await isOut()
    await run.client.query('UPDATE longhaul.run SET epoch = epoch + 1')
    await assert.rejects(run.act(leaveOut, { place, table: kept }), refused(/taken over/))
    assert.ok((await ids(run, kept)).includes(1))
    assert.deepEqual((await run.act(rollBack, given(run))).differences, [])
    assert.equal(await there(run, 'longhaul.run'), false)
  })
}

test('the script does by hand what the rollback does, and refuses what it refuses', async t => {
  const psql = program('psql')
  if (!psql) return t.skip('there is no psql on this machine')
  const around = {
    env: process.env,
    home: workshop.home,
    here: { host: 'here', resolve: String },
    say: () => {},
  }
  const execute = async (run: Run, scope: RollbackScope) => {
    const what = { ...given(run), name: 'story', host: 'here' }
    const file = join(workshop.home, 'undo.sql')
    writeFileSync(file, await rollbackScript(what, scope, around))
    return promisify(execFile)(psql, ['--no-psqlrc', '--quiet', '--file', file, '--dbname', run.url])
  }
  const made = await workshop.begin('', SOURCE)
  await ended(made)
  await made.client.query(`INSERT INTO public.member VALUES (9, NULL, 'THEIRS')`)
  await assert.rejects(execute(made, { kind: 'all' }), /rows that others wrote or changed since/)
  assert.deepEqual(await ids(made, 'member'), [1, 2, 3, 4, 9])
  await made.client.query('DELETE FROM public.member WHERE id = 9')
  await execute(made, { kind: 'rows', tables: ['member'], where: `number LIKE 'LEGACY-%' -- old` })
  assert.deepEqual(await ids(made, 'member'), [3, 4])
  await execute(made, { kind: 'all', tables: ['team'] })
  assert.deepEqual([await there(made, 'public.team'), await ids(made, 'member')], [false, [3, 4]])
  await execute(made, { kind: 'data' })
  assert.deepEqual(await ids(made, 'member'), [])
  await execute(made, { kind: 'all' })
  assert.equal(await there(made, 'longhaul.run'), false)

  const loaded = await workshop.begin(APPLICATION, SOURCE, { ifExists: 'append' })
  await ended(loaded)
  await execute(loaded, { kind: 'all' })
  assert.deepEqual([await ids(loaded, 'member'), await ids(loaded, 'team')], [[10], [10]])
  assert.deepEqual(await loaded.rows(`SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'never'`), [
    ['O'],
  ])
  assert.equal(await there(loaded, 'longhaul.run'), false)

  // The child that the run made refers to rows that go.
  const parent = await workshop.begin(PARENT, SOURCE, { ifExists: 'append' })
  await ended(parent)
  await execute(parent, { kind: 'all' })
  assert.deepEqual([await there(parent, 'public.member'), await ids(parent, 'team')], [false, [10]])
})

test('what goes is dumped before, where the run had ended well or others lose rows', async t => {
  if (!program('pg_restore')) return t.skip('there is no pg_dump on this machine')
  const run = await workshop.begin('', SOURCE)
  await run.whole()
  const dump = (loses: boolean, again?: true) =>
    run.act(backUpBefore, {
      ...{ ...given(run), scope: scopeOf({ kind: 'all' }), loses },
      ...(again && { again }),
    })
  assert.match((await dump(false)).text, /no dump was made, as the run had not come to its end/)
  const { backup, text } = await dump(true)
  assert.match(text, /dumped into/)
  assert.equal(statSync(backup!.path).mode & 0o777, 0o600)
  const { stdout } = await promisify(execFile)(program('pg_restore')!, ['--file=-', backup!.path])
  assert.match(stdout, /COPY public.member[\s\S]*LEGACY-1/)
  assert.doesNotMatch(stdout, /longhaul\./)
  // The same attempt again finds it.
  assert.deepEqual((await dump(true)).backup, backup)
  // Rows that came since are in one of their own.
  await run.client.query(`INSERT INTO public.member VALUES (9, NULL, 'LATE-9')`)
  const later = (await dump(true, true)).backup!
  assert.notEqual(later.path, backup!.path)
  const { stdout: late } = await promisify(execFile)(program('pg_restore')!, ['--file=-', later.path])
  assert.match(late, /LATE-9/)
})

test('the whole database is made anew from its dump, with what it was besides its content', async t => {
  if (!program('pg_restore')) return t.skip('there is no pg_dump on this machine')
  const run = await workshop.begin(APPLICATION, SOURCE, { ifExists: 'append', backup: 'dump' })
  const database = new URL(run.url).pathname.slice(1)
  await run.client.query(`ALTER DATABASE ${database} SET search_path TO "$user", public, "odd name"; ALTER DATABASE ${database} SET work_mem = '5MB';
    GRANT CONNECT ON DATABASE ${database} TO pg_monitor; COMMENT ON DATABASE ${database} IS 'the application''s'; ALTER DATABASE ${database} CONNECTION LIMIT 50`)
  const facts = `SELECT (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(d.datacl) AS a), d.datconnlimit, shobj_description(d.oid, 'pg_database'), s.setconfig, d.datdba::regrole::text, d.datcollate
    FROM pg_database d LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid WHERE d.datname = '${database}'`
  const was = await run.rows(facts)
  await run.plan()
  const place = await run.open()
  await run.act(dumpTarget, { place })
  await run.rest(place)
  await run.client.query(`UPDATE longhaul.run SET state = 'done'`)
  const scope = scopeOf({ kind: 'database' })
  const found = await run.act(checkRollback, { ...given(run), scope })
  assert.deepEqual([found.refusals, found.loses], [[], true], found.warnings.join('\n'))
  assert.match(found.warnings.join(), /1 session of others in the database would be ended/)

  await run.client.query(`UPDATE public.bystander SET note = 'changed'`)
  assert.match(
    (await run.act(checkRollback, { ...given(run), scope })).warnings.join(),
    /bystander: others have written/,
  )
  await assert.rejects(run.act(rollBack, { ...given(run), scope }), refused(/session of others is in it/))
  const [[ready]] = (await run.rows(
    `SELECT datname FROM pg_database WHERE datname LIKE 'longhaul_remake%'`,
  )) as [[string]]
  await run.client.query(`DROP DATABASE ${ready}`)
  await assert.rejects(
    run.act(rollBack, { ...given(run), scope, accept: ['rows-of-others'] }),
    refused(/is as it was.*dropped by/),
  )
  run.client.on('error', () => {})
  const { verified, differences } = await run.act(rollBack, {
    ...given(run),
    scope,
    accept: ['rows-of-others'],
  })
  assert.deepEqual(differences, [])
  assert.match(verified[0]!, /3 tables of the dump: rows by count and digest/)
  const client = new pg.Client({ connectionString: run.url })
  await client.connect()
  const rows = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows
  try {
    assert.deepEqual(await rows('SELECT id::int FROM public.member'), [[10]])
    assert.deepEqual(await rows('SELECT note FROM public.bystander'), [['here']])
    assert.deepEqual(await rows(`SELECT to_regnamespace('longhaul')::text`), [[null]])
    assert.deepEqual(await rows(facts), was)
    assert.deepEqual(
      await rows(`SELECT datname::text FROM pg_database WHERE datname LIKE 'longhaul_remake%'`),
      [],
    )
    assert.deepEqual(await run.act(rollBack, { ...given(run), scope, accept: ['rows-of-others'] }), {
      undone: 0,
      rows: 0,
      verified,
      differences,
    })
  } finally {
    await client.end()
  }
})

test('a damaged dump refuses it before anything is touched', async t => {
  if (!program('pg_restore')) return t.skip('there is no pg_dump on this machine')
  const run = await workshop.begin(APPLICATION, SOURCE, { ifExists: 'append', backup: 'dump' })
  await run.plan()
  const place = await run.open()
  await run.act(dumpTarget, { place })
  await run.rest(place)
  const file = findManifest(workshop.home, run.run)!.path
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(file, bytes)
  const scope = scopeOf({ kind: 'database' })
  const { safe, refusals } = await run.act(checkRollback, { ...given(run), scope })
  assert.equal(safe, false)
  assert.match(refusals.join(), /damaged/)
  await assert.rejects(
    run.act(rollBack, { ...given(run), scope, accept: ['rows-of-others'] }),
    refused(/damaged/),
  )
  assert.deepEqual(await ids(run, 'member'), [1, 2, 3, 4, 10])
})
