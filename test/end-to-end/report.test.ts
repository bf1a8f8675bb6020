/** The report as a user gets it, in its three forms: of a run with everything that can be told, and after its rollback. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { ReportDocument } from '../../model/report/document.ts'
import { reportSchema } from '../../model/report/schema.ts'
import { assertAlone, readPage } from '../support/page.ts'
import { openWorld } from './world.ts'

const world = await openWorld()

const SCRIPT = '<script>alert(1)</script>'
const MARKUP = 'a|b *c* [d](https://evil.example)'

const SOURCE = `
  CREATE TABLE person (id INTEGER PRIMARY KEY, age INTEGER, extra TEXT);
  INSERT INTO person VALUES (1, 41, '{}'), (2, 'forty-secret', '{}'), (3, 43, '{"secret'), (4, 44, NULL);
  CREATE INDEX "person"" age <b>" ON person (age) WHERE age > 17;
  CREATE TABLE "${SCRIPT}" (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person (id), note TEXT);
  INSERT INTO "${SCRIPT}" VALUES (1, 1, 'secret'), (2, 99, 'orphan-secret');
  CREATE TABLE "${MARKUP}" (at TEXT);
  INSERT INTO "${MARKUP}" VALUES ('secret');
  CREATE VIEW "old </style> people" AS SELECT group_concat(load_extension(extra)) AS all_of_them FROM person;
  CREATE VIEW ages AS SELECT age FROM person WHERE typeof(age) = 'integer';
  CREATE TRIGGER grows AFTER INSERT ON person BEGIN UPDATE person SET age = age + 1 WHERE id = new.id; END;`

const PLAN = `version: 1
reason: Moving <i>house</i> & home
tables:
  person:
    on_error: quarantine
    columns:
      age: { type: bigint }
      extra: { type: jsonb, on_error: default, default: '{}' }
`

const contents = (path: string) => readFileSync(path, 'utf8')
const mode = (path: string) => statSync(path).mode & 0o777

suite('the report', { concurrency: 2 }, () => {
  test('all of a run with quarantine, consents, a gate, and what could not be translated', async () => {
    const target = await world.target()
    const plan = join(world.folder, 'plan.yaml')
    writeFileSync(plan, PLAN)
    const words = ['--from', `sqlite:${world.source(SOURCE)}`, '--to', target.url, '--plan', plan]
    const accept = ['--accept', `foreign-key-violated`, '--operator', 'Ana <ana@example>', '--id', 'audit']
    const first = await world.run(['full', ...words, ...accept, '--gate', 'before-cutover'])
    assert.equal(first.status, 6, first.all)
    const comment = '<img src=x onerror=alert(1)> looked at'
    await world.run(['approve', 'audit', '--step', 'before-cutover', '--by', 'ben "b"', '--comment', comment])
    const ended = await world.run(['watch', 'audit', '--json'])
    assert.equal(ended.status, 4, ended.all)

    const { report: places } = JSON.parse(ended.out).result
    const report: ReportDocument = JSON.parse(contents(places.json))
    assert.equal(reportSchema.safeParse(report).error?.message, undefined)
    assert.equal(report.headline.title, 'Complete, with differences')
    assert.deepEqual(
      report.consents.map(({ code, given }) => [code, given]),
      [['foreign-key-violated', ['foreign-key-violated']]],
    )
    const told = report.notChecked.join('\n')
    assert.match(told, /^Table person: one row is in quarantine/m)
    assert.match(told, /^Table person: one row was compared with the value that was written by consent/m)
    assert.match(told, /against its foreign key .* which binds new rows only/)
    assert.match(told, /^What 1 trigger does when fired/m)
    assert.equal(Math.round(report.pace!.rows.reduce((sum, rows) => sum + rows, 0)), 6)
    const { before, after } = report.baseline!
    assert.deepEqual(before?.tables, [])
    assert.deepEqual(
      after?.tables.find(({ name }) => name === 'person')?.indexes.map(({ name, where }) => [name, where]),
      [
        ['person" age <b>', 'age > 17'],
        ['person_pkey', undefined],
      ],
    )

    const page = contents(places.html)
    assertAlone(page)
    const { headings, text } = readPage(page)
    assert.deepEqual(headings, [
      ...['What differs', 'The run', 'Steps', 'Rows a second', 'Balance sheet', 'Schema', 'Findings'],
      ...['Not in the target', 'Consents and sign-off', 'The target before and after'],
      ...['What was not checked', 'The way back'],
    ])
    for (const words of [
      SCRIPT,
      MARKUP,
      comment,
      'ben "b"',
      'Ana <ana@example>',
      'Moving <i>house</i> & home',
    ])
      assert.ok(text.includes(words), words)
    assert.match(text, /longhaul rollback audit --check/)
    assert.match(text, /old <\/style> people/)

    const markdown = contents(places.markdown)
    assert.doesNotMatch(markdown, /(?<!\\)<(script|img|i|b)\b/)
    assert.ok(markdown.includes('a\\|b \\*c\\* \\[d\\](https\\://evil.example)'), markdown)
    for (const place of [places.json, places.html, places.markdown]) {
      assert.equal(mode(place), 0o600)
      assert.doesNotMatch(contents(place), /secret/)
    }

    const out = join(world.folder, 'audit.html')
    assert.equal((await world.run(['report', 'audit', '--format', 'html', '--out', out])).out, '')
    assert.equal(contents(out), page)
    assert.equal(mode(out), 0o600)
    assert.equal(`${(await world.run(['report', 'audit'])).out}`, markdown)
    assert.deepEqual(JSON.parse((await world.run(['report', 'audit', '--json'])).out), report)
  })

  test('before and after of tables that were there, and what became of the run since', async () => {
    const target = await world.target(`
      CREATE TABLE song (id bigint PRIMARY KEY, title text);
      CREATE INDEX song_title ON song (title);
      INSERT INTO song SELECT n, 'old ' || n FROM generate_series(11, 17) AS n`)
    const source = world.source(
      `CREATE TABLE song (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO song VALUES (1, 'new'), (2, 'newer')`,
    )
    const ended = await world.run([
      ...['full', '--from', `sqlite:${source}`, '--to', target.url],
      ...['--if-exists', 'append', '--id', 'songs'],
    ])
    assert.equal(ended.status, 0, ended.all)
    const report: ReportDocument = JSON.parse((await world.run(['report', 'songs', '--json'])).out)
    const { before, after } = report.baseline!
    assert.deepEqual(
      [before, after].map(standing => standing?.tables.map(t => [t.name, t.indexes.map(i => i.name)])),
      [[['song', ['song_pkey', 'song_title']]], [['song', ['song_pkey', 'song_title']]]],
    )
    assert.equal(before?.tables[0]?.rows, 7)
    assert.equal(report.headline.tone, 'good')

    const back = await world.run(['rollback', 'songs', '--yes', '--by', 'eva <e>'])
    assert.equal(back.status, 0, back.all)
    const since: ReportDocument = JSON.parse((await world.run(['report', 'songs', '--json'])).out)
    assert.equal(reportSchema.safeParse(since).error?.message, undefined)
    assert.deepEqual([since.headline.title, since.wayBack.possible], ['Taken back', false])
    const page = (await world.run(['report', 'songs', '--format', 'html'])).out
    assertAlone(page)
    assert.match(readPage(page).text, /Taken back at .* By ?eva <e>/)
    const markdown = (await world.run(['report', 'songs'])).out
    assert.match(markdown, /^# Rollback of songs\n/)
    assert.match(markdown, /^# Migration songs\n\n\*\*Taken back\*\*: /m)
  })

  test('a run that preflight refuses, and a comparison, have one too', async () => {
    const target = await world.target()
    const source = world.source(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT); INSERT INTO t VALUES (1, 'x')`,
    )
    const ends = ['--from', `sqlite:${source}`, '--to', target.url]
    assert.equal((await world.run(['full', ...ends, '--id', 'small'])).status, 0)
    const checked = await world.run(['check', ...ends, '--id', 'compared', '--json'])
    assert.equal(checked.status, 0, checked.all)
    const refused = await world.run(['full', ...ends, '--id', 'again', '--json'])
    assert.equal(refused.status, 3, refused.all)
    const titles = [checked, refused].map(({ out }) => {
      const report: ReportDocument = JSON.parse(contents(JSON.parse(out).result.report.json))
      assert.equal(reportSchema.safeParse(report).error?.message, undefined)
      assertAlone(contents(report.result.report!.html!))
      return report.headline.title
    })
    assert.deepEqual(titles, ['Source and target are equal', 'Refused'])
  })
})
