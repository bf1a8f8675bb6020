/** `longhaul rollback` as a user meets it: the check, its statuses, parts of a run, the script, the report. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { onPath } from '../../worker/executable.ts'
import { LONGHAUL } from './cli.ts'
import { openWorld } from './world.ts'

const world = await openWorld()

const SOURCE = `
  CREATE TABLE document (id INTEGER PRIMARY KEY, document_number TEXT);
  INSERT INTO document VALUES (1, 'LEGACY-1'), (2, 'LEGACY-2'), (3, 'NEW-3')`
const APPLICATION = `CREATE TABLE document (id bigint PRIMARY KEY, document_number text); INSERT INTO document VALUES (10, 'LEGACY-10')`

suite('rollbacks', { concurrency: 2 }, () => {
  test('parts of a run and then the rest of it go, and the report tells it', async () => {
    const target = await world.target(APPLICATION)
    const words = [
      '--from',
      `sqlite:${world.source(SOURCE)}`,
      '--to',
      target.url,
      '--id',
      'docs',
      '--if-exists',
      'append',
    ]
    const full = await world.run(['full', ...words])
    assert.equal(full.status, 0, full.all)
    const ids = async () => (await target.rows('SELECT id::int FROM document ORDER BY 1')).map(([id]) => id)

    const check = await world.run(['rollback', 'docs', '--check'])
    assert.equal(check.status, 0, check.all)
    assert.match(check.out, /can be taken back safely/)
    assert.equal((await world.run(['rollback', 'docs'])).status, 6)
    const wrong = await world.run(['rollback', 'docs', '--where', 'true) OR (true', '--yes'])
    assert.equal(wrong.status, 3, wrong.all)
    assert.deepEqual(await ids(), [1, 2, 3, 10])

    const file = join(world.folder, 'undo.sql')
    const script = await world.run(['rollback', 'docs', '--postgres', target.url, '--script', file])
    assert.equal(script.status, 0, script.all)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.match(readFileSync(file, 'utf8'), /ON_ERROR_STOP[\s\S]*DELETE FROM "public"."document"/)

    const some = ['--scope', 'rows', '--tables', 'document', '--where', "document_number LIKE 'LEGACY-%'"]
    const rows = await world.run(['rollback', 'docs', ...some, '--yes', '--by', 'Ana', '--json'])
    assert.equal(rows.status, 0, rows.all)
    assert.equal(JSON.parse(rows.out).check.tables[0].goes, 2)
    assert.deepEqual(await ids(), [3, 10])
    const back = await world.run(['rollback', 'docs', '--yes', '--by', 'Ana', '--comment', 'wrong file'])
    assert.equal(back.status, 0, back.all)
    assert.match(back.out, /rows by count and digest/)
    assert.deepEqual(await ids(), [10])
    assert.deepEqual(await target.rows(`SELECT to_regnamespace('longhaul')::text`), [[null]])
    const report = await world.run(['report', 'docs'])
    assert.match(report.out, /# Rollback of docs[\s\S]*Ana[\s\S]*wrong file[\s\S]*# Migration docs/)
    assert.equal((await world.run(['report', 'docs', '--json'])).status, 0)
  })

  test('rows of others: not safe, and dumped before they go', async () => {
    const target = await world.target()
    const full = await world.run([
      'full',
      '--from',
      `sqlite:${world.source(SOURCE)}`,
      '--to',
      target.url,
      '--id',
      'theirs',
    ])
    assert.equal(full.status, 0, full.all)
    await target.rows(`INSERT INTO document VALUES (77, 'THEIRS')`)
    const check = await world.run(['rollback', 'theirs', '--check', '--json'])
    assert.equal(check.status, 3, check.all)
    assert.deepEqual([JSON.parse(check.out).loses, JSON.parse(check.out).tables[0].lost], [true, 1])
    await target.rows('CREATE VIEW public.of_others AS SELECT id FROM document')
    const refused = await world.run(['rollback', 'theirs', '--yes'])
    assert.equal(refused.status, 3, refused.all)
    assert.match(refused.all, /view public.of_others depends on table public.document/)
    assert.doesNotMatch(refused.all, /\.\./)
    await target.rows('DROP VIEW public.of_others')
    const unasked = await world.run(['rollback', 'theirs', '--yes'])
    assert.equal(unasked.status, 3, unasked.all)
    assert.match(unasked.all, /1 row in public\.document\. Nothing was changed; --accept rows-of-others/)
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM document'), [[4]])
    assert.deepEqual(await target.rows('SELECT state FROM longhaul.run'), [['done']])
    assert.equal((await world.run(['rollback', 'theirs', '--yes', '--accept', 'all'])).status, 2)
    const back = await world.run(['rollback', 'theirs', '--yes', '--accept', 'rows-of-others', '--json'])
    assert.equal(back.status, 0, back.all)
    assert.match(JSON.parse(back.out).backup.path, /before-rollback/)
  })

  test('on a terminal the question names the loss, and a yes to it is the consent', async t => {
    const terminal = onPath('script')
    if (!terminal) return t.skip('there is no script(1) on this machine')
    const target = await world.target()
    const words = ['--from', `sqlite:${world.source(SOURCE)}`, '--to', target.url, '--id', 'asked']
    const full = await world.run(['full', ...words])
    assert.equal(full.status, 0, full.all)
    await target.rows(`INSERT INTO document VALUES (77, 'THEIRS')`)
    const command = `"${process.execPath}" "${LONGHAUL}" rollback asked`
    const child = spawn(terminal, ['-qefc', command, '/dev/null'], {
      env: { ...world.stack.env, SHELL: '/bin/sh' },
      cwd: world.folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let screen = ''
    const question = /lose what others have there \(1 row in public\.document\)\? \[y\/N\]/
    child.stdout.setEncoding('utf8').on('data', text => {
      if (!question.test(screen) && question.test(screen + text)) child.stdin.write('y\n')
      screen += text
    })
    const [status] = await once(child, 'close')
    assert.equal(status, 0, screen)
    assert.match(screen, question)
    assert.match(screen, /what goes was dumped into/)
    assert.deepEqual(await target.rows(`SELECT to_regclass('public.document')::text`), [[null]])
  })
})
