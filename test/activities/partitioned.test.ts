/** Tables of an application whose rows lie in parts: what a run adds to them, and takes back, wakes no trigger there. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { backUpBefore } from '../../activities/back-up-before.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { findPrograms } from '../../stores/postgres/programs.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const workshop = await openWorkshop()

const SOURCE = `CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
  INSERT INTO note VALUES (1, 'a'), (2, 'b'), (60, 'c')`

/** A part of its own form, triggers of one part, and one of all parts that is off in one of them. */
const APPLICATION = `
  CREATE TABLE note (id bigint, body text) PARTITION BY RANGE (id);
  CREATE TABLE low PARTITION OF note FOR VALUES FROM (0) TO (50);
  CREATE TABLE high (junk int, body text, id bigint); ALTER TABLE high DROP COLUMN junk;
  ALTER TABLE note ATTACH PARTITION high FOR VALUES FROM (50) TO (500);
  INSERT INTO note VALUES (40, 'theirs'), (100, 'theirs'), (101, 'theirs');
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN UPDATE public.note SET body = ''touched'' WHERE id IN (40, 100, 101); RETURN NULL; END';
  CREATE TRIGGER mine AFTER INSERT OR DELETE ON low FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE TRIGGER everywhere AFTER INSERT OR DELETE ON note FOR EACH ROW EXECUTE FUNCTION touch();
  ALTER TABLE high DISABLE TRIGGER everywhere; ALTER TABLE low ENABLE ALWAYS TRIGGER mine`

const notes = (run: Run) => run.rows('SELECT id::int, body FROM note ORDER BY 1')
const modes = (run: Run) =>
  run.rows(
    'SELECT tgrelid::regclass::text, tgname::text, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2',
  )

const [programs] = await findPrograms(15)

test('what goes of the parts is in the dump before a rollback', async t => {
  if (!programs) return t.skip('there is no pg_dump on this machine')
  const run = await workshop.begin(APPLICATION, SOURCE, { ifExists: 'append' })
  await run.whole()
  await run.client.query(`UPDATE longhaul.run SET state = 'done', verdict = 'equal'`)
  const { backup } = await run.act(backUpBefore, {
    ...{ run: run.run, target: run.request.target, loses: false },
    scope: { kind: 'all' },
  })
  const sql = execFileSync(programs.pgRestore, ['--data-only', '--file=-', backup!.path], {
    encoding: 'utf8',
  })
  assert.deepEqual(sql.match(/^COPY public\.\w+/gm)?.sort(), ['COPY public.high', 'COPY public.low'])
})

test('rows of others stay as they are, and so do the triggers of each part', async () => {
  const run = await workshop.begin(APPLICATION, SOURCE, { ifExists: 'append' })
  const [before, triggers] = [await notes(run), await modes(run)]
  const [table] = await run.whole()
  assert.equal(table?.verdict, 'equal')
  assert.deepEqual(await notes(run), [[1, 'a'], [2, 'b'], before[0], [60, 'c'], ...before.slice(1)])
  assert.deepEqual(await modes(run), triggers)
  const { rows, differences } = await run.act(rollBack, { run: run.run, target: run.request.target })
  assert.deepEqual([rows, differences], [3, []])
  assert.deepEqual(await notes(run), before)
  assert.deepEqual(await modes(run), triggers)
})
