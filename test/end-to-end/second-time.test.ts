/** The same command again, and what is told of a run that was taken back: names, orders and states stay true. */
import assert from 'node:assert/strict'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openWorld } from './world.ts'

const world = await openWorld()

const SONGS = `
  CREATE TABLE song (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
  INSERT INTO song VALUES (1, 'Gute Nacht'), (2, 'Die Wetterfahne');
  CREATE TABLE singer (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO singer VALUES (1, 'Schubert');`

const say = async (status: number, ...words: string[]) => {
  const said = await world.run(words)
  assert.equal(said.status, status, said.all)
  return said
}

test('rejected, begun again, taken back: one run, under its own id, and said as it stands', async () => {
  const target = await world.target()
  const words = ['full', '--from', `sqlite:${world.source(SONGS)}`, '--to', target.url, '--id', 'twice']
  const full = [...words, '--gate', 'before-copy']
  const first = await say(6, ...full, '--json')
  const { run } = JSON.parse(first.out).result
  await say(0, 'pause', 'twice', '--table', 'singer')
  await say(0, 'throttle', 'twice', '--rows-per-second', '5')
  await say(0, 'reject', 'twice', '--step', 'before-copy', '--by', 'ben', '--comment', 'not\nyet\u001b[2J')
  const rejected = await say(1, 'watch', 'twice')
  assert.match(rejected.all, /rejected by ben: not yet\\u001b\[2J/)

  await say(6, ...full)
  const shown = JSON.parse((await say(0, 'show', 'twice', '--json')).out)
  assert.equal(shown.run, run)
  assert.equal(shown.progress.orders, undefined)
  assert.match(shown.events.at(-1).detail, /^begun again, without: table singer paused, at most 5 rows\/s$/)
  const listed = JSON.parse((await say(0, 'list', '--json')).out)
  assert.deepEqual(
    listed.filter((one: { name: string }) => one.name === 'twice').map((one: { run: string }) => one.run),
    [run, run],
  )
  assert.match((await say(0, 'show', run.slice(0, 13))).out, new RegExp(`twice \\(${run}\\)`))
  await say(0, 'approve', 'twice', '--step', 'before-copy', '--by', 'ana')
  await say(0, 'watch', 'twice')
  assert.match((await say(0, 'report', run)).out, /Yes: `longhaul rollback twice`/)

  await say(0, 'rollback', 'twice', '--yes')
  const { out } = await say(0, 'show', 'twice')
  assert.match(out, /^Taken back at \S+Z: the target is as before the run\. The run had ended as "done"/m)
  assert.doesNotMatch(out, /Complete and valid/)
  const states = JSON.parse((await say(0, 'list', '--json')).out)
  assert.equal(states.find((one: { name: string }) => one.name === 'twice').state, 'rolled back')
  const report = await say(0, 'report', 'twice')
  assert.match(report.out, /^\*\*Taken back\*\*: Taken back at \S+Z: the target is as before the run\./m)
  assert.match(report.out, /## Rollback available\n\nNo\. The run was taken back/)
})

test('a part that was taken back is told, and the rest is told as it was', async () => {
  const target = await world.target()
  const words = ['full', '--from', `sqlite:${world.source(SONGS)}`, '--to', target.url, '--id', 'part']
  await say(0, ...words)
  await say(0, 'rollback', 'part', '--tables', 'singer', '--yes')
  assert.match((await say(0, 'show', 'part')).out, /Taken back in part at [\s\S]*Complete and valid/)
  assert.match((await say(0, 'list')).out, /part +done, partly rolled back/)
  assert.match((await say(0, 'report', 'part')).out, /Yes: `longhaul rollback part`/)
  // A host that has no report of it hears it from Temporal.
  const [report] = globSync(join(world.stack.env.LONGHAUL_HOME!, 'runs', '*', 'rollback.json')).filter(path =>
    readFileSync(path, 'utf8').includes('"part"'),
  )
  rmSync(report!)
  assert.match((await say(0, 'list')).out, /part +done, partly rolled back/)
})

test('a table that is paused beside a skipped one: the others are whole, and the command says what it waits for', async () => {
  const target = await world.target()
  const more = 'CREATE TABLE tune (id INTEGER PRIMARY KEY, key TEXT); CREATE INDEX tune_key ON tune (key);'
  const source = `sqlite:${world.source(`${SONGS}${more}`)}`
  const full = ['full', '--from', source, '--to', target.url, '--id', 'batch', '--gate', 'before-copy']
  await say(6, ...full)
  await say(0, 'skip', 'batch', '--table', 'song')
  await say(0, 'pause', 'batch', '--table', 'singer')
  await say(0, 'approve', 'batch', '--step', 'before-copy', '--by', 'ana')
  const waits = await say(6, 'watch', 'batch', '--wait', '1')
  assert.match(waits.out, /waits for a resume of table singer/)
  assert.deepEqual(await target.rows(`SELECT to_regclass('tune_key')::text`), [['tune_key']])
  assert.match((await say(0, 'show', 'batch')).out, /Waits: +for a resume of table singer/)
  await say(0, 'resume', 'batch', '--table', 'singer')
  await say(4, 'watch', 'batch')
})

test('forced row security on a table that is appended to is found in preflight, with what helps', async () => {
  const target = await world.target(`
    CREATE ROLE policed LOGIN PASSWORD 'policed';
    GRANT CREATE ON SCHEMA public TO policed;
    DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO policed', current_database()); END $$;
    SET ROLE policed;
    CREATE TABLE song (id bigint PRIMARY KEY, title text NOT NULL);
    CREATE TABLE singer (id bigint PRIMARY KEY, name text NOT NULL);
    ALTER TABLE song ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`)
  const url = new URL(target.url)
  url.username = url.password = 'policed'
  const words = ['full', '--from', `sqlite:${world.source(SONGS)}`, '--to', url.href, '--if-exists', 'append']
  const refused = await say(3, ...words, '--id', 'policed')
  assert.match(refused.all, /\[row-security\] table song: .* holds for the role policed/)
  await target.rows('ALTER TABLE song NO FORCE ROW LEVEL SECURITY')
  await say(0, ...words, '--id', 'policed', '--accept', 'all-listed')
})
