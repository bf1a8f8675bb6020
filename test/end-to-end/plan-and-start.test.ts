/** Look first, then do exactly that: plans, their drift, the parts of a job, and what commands tell of it. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import { until } from '../scenarios/until.ts'
import { begun, type Said } from './cli.ts'
import { objectsOf, openWorld, type Target } from './world.ts'

const world = await openWorld()

const SQL = `
  CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE book (isbn TEXT PRIMARY KEY, author INTEGER REFERENCES author (id), pages INTEGER, price NUMERIC(6,2));
  CREATE INDEX book_by_author ON book (author);
  INSERT INTO author VALUES (1, 'Anna'), (2, 'Bertha');
  INSERT INTO book VALUES ('a', 1, 100, '12.50'), ('b', 2, 200, '7.25'), ('c', 2, NULL, NULL);`

interface Job {
  source: string
  target: Target
  /** `--from … --to …` */
  ends: string[]
  change(sql: string): void
}

async function job(): Promise<Job> {
  const [source, target] = [world.source(SQL), await world.target()]
  const change = (sql: string) => {
    const db = new Database(source)
    db.exec(sql)
    db.close()
  }
  return { source, target, change, ends: ['--from', `sqlite:${source}`, '--to', target.url] }
}

/** Ends as expected; gives what was said. */
async function expect(status: number, words: string[]): Promise<Said> {
  const said = await world.run(words)
  assert.equal(said.status, status, `${words.join(' ')}\n${said.all}`)
  return said
}

/** The one JSON document on standard output. */
// biome-ignore lint/suspicious/noExplicitAny: documents are looked at field by field
async function document(status: number, words: string[]): Promise<any> {
  return JSON.parse((await expect(status, [...words, '--json'])).out)
}

suite('plans', { concurrency: 2 }, () => {
  test('are printed, hashed alike each time, and written down', async () => {
    const { ends, target } = await job()
    const shown = await expect(0, ['plan', ...ends])
    for (const word of [/author/, /book/, /isbn/, /numeric\(6,2\)/, /book_by_author/])
      assert.match(shown.out, word)
    const [first, again] = [
      await expect(0, ['plan', ...ends, '--hash']),
      await expect(0, ['plan', ...ends, '--hash']),
    ]
    assert.match(first.out, /^[0-9a-f]{64}\n$/)
    assert.equal(again.out, first.out)
    const { plan } = await document(0, ['plan', ...ends])
    assert.equal(`${plan.hash}\n`, first.out)
    assert.deepEqual(await document(0, ['plan', ...ends, '--hash']), { hash: plan.hash })
    assert.deepEqual(await objectsOf(target.url), ['schema public'])
  })

  test('that were written down are run exactly, also over more rows', async () => {
    const { ends, target, change } = await job()
    const file = join(world.folder, 'reviewed.json')
    await expect(0, ['plan', ...ends, '--out', file])
    assert.equal(statSync(file).mode & 0o777, 0o600)
    change(`INSERT INTO book VALUES ('d', 1, 5, '1.00')`)
    await expect(0, ['start', file])
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM book'), [[4]])
    const { plan } = JSON.parse(readFileSync(file, 'utf8'))
    assert.deepEqual(await target.rows('SELECT plan_hash FROM longhaul.run'), [[plan.hash]])
  })

  const drifts: [what: string, drift: (job: Job) => unknown][] = [
    [
      'the schema of the source changed',
      ({ change }) => change('ALTER TABLE author ADD COLUMN born INTEGER'),
    ],
    [
      'a value came that does not fit',
      ({ change }) => change(`INSERT INTO book VALUES ('x', 1, 'many', NULL)`),
    ],
    ['the target got a table of that name', ({ target }) => target.rows('CREATE TABLE author (id int)')],
  ]
  for (const [what, drift] of drifts) {
    test(`are refused where ${what}`, async () => {
      const it = await job()
      const file = join(world.folder, `${what.replaceAll(' ', '-')}.json`)
      await expect(0, ['plan', ...it.ends, '--out', file])
      await drift(it)
      const objects = await objectsOf(it.target.url)
      const said = await expect(3, ['start', file])
      assert.match(said.all, /changed since|not to start/)
      assert.match(said.all, /longhaul plan|remedy/)
      assert.deepEqual(await objectsOf(it.target.url), objects)
    })
  }

  test('that were edited by hand are not run', async () => {
    const { ends } = await job()
    const file = join(world.folder, 'edited.json')
    await expect(0, ['plan', ...ends, '--out', file])
    writeFileSync(file, readFileSync(file, 'utf8').replace('"name": "pages"', '"name": "sides"'))
    assert.match((await expect(2, ['start', file])).err, /changed after it was made/)
  })

  test('as the user writes them decide, and are started as well', async () => {
    const { source, target } = await job()
    const file = join(world.folder, 'plan.yaml')
    writeFileSync(
      file,
      `version: 1
name: by-file
reason: moving house
source: sqlite:${source}
target: library
schema: shelf
tables:
  author: { skip: true }
  book: { target: books, columns: { pages: { type: integer, target: sides } } }
`,
    )
    const env = { LONGHAUL_CONNECTION_LIBRARY: target.url }
    assert.equal((await world.run(['start', file], env)).status, 3, 'the worker does not know the connection')
    writeFileSync(file, readFileSync(file, 'utf8').replace('target: library\n', ''))
    const said = await expect(0, ['full', '--plan', file, '--to', target.url, '--accept', 'all-listed'])
    assert.match(said.out, /by-file/)
    assert.deepEqual(
      await target.rows(`SELECT column_name::text, data_type::text FROM information_schema.columns
                          WHERE table_schema = 'shelf' ORDER BY ordinal_position`),
      [
        ['isbn', 'text'],
        ['author', 'bigint'],
        ['sides', 'integer'],
        ['price', 'numeric'],
      ],
    )
    assert.match((await expect(0, ['report', 'by-file'])).out, /moving house/)
  })
})

suite('the parts of a job', { concurrency: 2 }, () => {
  test('validate looks and writes nothing; schema, data and check do the rest one by one', async () => {
    const { ends, target } = await job()
    assert.match((await expect(0, ['validate', ...ends])).out, /nothing in the way/)
    assert.deepEqual(await objectsOf(target.url), ['schema public'])

    await expect(0, ['schema', ...ends])
    assert.deepEqual(
      await target.rows('SELECT (SELECT count(*)::int FROM book), (SELECT count(*)::int FROM author)'),
      [[0, 0]],
    )
    assert.match((await expect(3, ['validate', ...ends])).out, /author/)

    await expect(0, ['data', ...ends])
    assert.deepEqual(
      await target.rows('SELECT isbn, author::int, pages::int, price::text FROM book ORDER BY 1'),
      [
        ['a', 1, 100, '12.50'],
        ['b', 2, 200, '7.25'],
        ['c', 2, null, null],
      ],
    )
    await assert.rejects(target.rows(`INSERT INTO book VALUES ('z', 99)`), /foreign key/)
    await expect(0, ['check', ...ends])
  })

  test('check finds a changed row, a missing one, one too many, and a missing table', async () => {
    const { ends, target } = await job()
    await expect(0, ['full', ...ends])
    assert.match((await expect(0, ['check', ...ends])).out, /equal/)
    const changes: [sql: string, back: string][] = [
      [`UPDATE book SET price = 12.51 WHERE isbn = 'a'`, `UPDATE book SET price = 12.5 WHERE isbn = 'a'`],
      [`DELETE FROM book WHERE isbn = 'c'`, `INSERT INTO book VALUES ('c', 2)`],
      [`INSERT INTO book VALUES ('e')`, `DELETE FROM book WHERE isbn = 'e'`],
      ['ALTER TABLE book RENAME TO books', 'ALTER TABLE books RENAME TO book'],
    ]
    for (const [sql, back] of changes) {
      await target.rows(sql)
      const { result, tables } = await document(4, ['check', ...ends])
      assert.equal(result.verdict, 'different', sql)
      assert.match(result.differences.join('\n'), /book/, sql)
      assert.doesNotMatch(result.differences.join('\n'), /table "?author/, sql)
      const verdicts = tables.map((t: { name: string; verdict: string }) => [t.name, t.verdict])
      assert.deepEqual(
        verdicts.sort(),
        [
          ['author', 'equal'],
          ['book', 'different'],
        ],
        sql,
      )
      await target.rows(back)
    }
    await expect(0, ['check', ...ends])
  })
})

test('a command that is interrupted says so, and the same command goes on with the same run', async () => {
  const { ends, target } = await job()
  // The load waits at the first row of a table until somebody lets go of this lock.
  const holder = new pg.Client({ connectionString: target.url })
  await holder.connect()
  await target.rows(`
    CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); END $$;
    CREATE EVENT TRIGGER at_the_gate ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION wait()`)
  await holder.query('SELECT pg_advisory_lock(1)')
  const words = ['full', ...ends, '--id', 'interrupted']
  const { child, said } = begun(words, { env: world.stack.env, cwd: world.folder })
  await until('the load at the lock', async () => {
    const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`
    return (await holder.query(waiting)).rows[0]
  })
  child.kill('SIGINT')
  const ended = await said
  assert.equal(ended.status, 130, ended.all)
  assert.match(
    ended.err,
    /Interrupted\. Run interrupted goes on without this command.*longhaul watch interrupted/,
  )
  const again = begun(words, { env: world.stack.env, cwd: world.folder })
  // Let go before, the run might end while the command is still starting.
  await new Promise<void>(resolve => {
    const { stderr } = again.child
    stderr!
      .on('data', lines => String(lines).includes('which is under way') && resolve())
      .on('close', resolve)
  })
  await holder.end()
  const joined = await again.said
  assert.equal(joined.status, 0, joined.all)
  assert.equal((await expect(0, ['check', ...ends])).status, 0)
  assert.deepEqual(await target.rows('SELECT count(*)::int FROM longhaul.run'), [[1]])
})

suite('telling', { concurrency: 2 }, () => {
  test('status, list, show, watch and report speak of a run, to readers and to programs', async () => {
    const { ends, target } = await job()
    const name = 'told'
    const full = await document(0, ['full', ...ends, '--id', name, '--reason', 'because'])
    assert.equal(full.result.name, name)
    assert.equal(full.result.verdict, 'equal')
    assert.deepEqual(full.tables.map((t: { name: string }) => t.name).sort(), ['author', 'book'])

    const status = await expect(0, ['status', '--postgres', target.url])
    assert.match(status.out, /told +done +equal/)
    const known = await document(0, ['status', name, '--postgres', target.url])
    assert.equal(known.run, full.result.run)
    assert.deepEqual(known.tables.map((t: { name: string; written: number }) => [t.name, t.written]).sort(), [
      ['author', 2],
      ['book', 3],
    ])

    assert.match((await expect(0, ['list'])).out, /told +done/)
    const listed = await document(0, ['list'])
    assert.ok(
      listed.some((run: { name: string; state: string }) => run.name === name && run.state === 'done'),
    )

    assert.match((await expect(0, ['show', name])).out, /Complete and valid: 2 tables, 5 rows/)
    assert.equal((await document(0, ['show', full.result.run.slice(0, 8)])).result.run, full.result.run)
    assert.equal((await document(0, ['watch', name])).result.run, full.result.run)

    const report = await expect(0, ['report', name])
    for (const word of [/because/, /author/, /equal/, /longhaul rollback told/])
      assert.match(report.out, word)
    assert.equal((await document(0, ['report', name])).result.run, full.result.run)
    for (const command of ['show', 'watch', 'report']) {
      assert.match((await expect(2, [command, 'no-such-run'])).err, /no-such-run/)
    }
  })

  test('--quiet says the result and nothing else', async () => {
    const { ends } = await job()
    const said = await expect(0, ['full', ...ends, '--quiet'])
    assert.equal(said.err, '')
    assert.match(said.out, /Complete and valid/)
  })

  test('documents of refusals parse, and are all that is on standard output', async () => {
    const { ends, target } = await job()
    await target.rows('CREATE TABLE book (isbn text)')
    const refused = await document(3, ['full', ...ends])
    assert.equal(refused.failure.code, 'refused')
    assert.equal(refused.result.exit, 3)
    assert.deepEqual(
      refused.result.findings.map((f: { object: string }) => f.object),
      ['table book'],
    )
    assert.equal((await document(2, ['full', '--no-such-flag'])).exit, 2)
    assert.equal((await document(2, ['show', 'no-such-run'])).error.code, 'usage')
    assert.equal((await document(3, ['validate', ...ends])).result.exit, 3)
  })

  test('a detached run goes on without its command, and watch gives its exit status', async () => {
    const { ends, target } = await job()
    const { name, run } = await document(0, ['full', ...ends, '--detach', '--id', 'alone'])
    assert.equal(name, 'alone')
    const watched = await document(0, ['watch', name])
    assert.equal(watched.result.run, run)
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM book'), [[3]])
    const again = await expect(3, ['full', ...ends, '--detach', '--id', 'alone']).catch(() => undefined)
    assert.equal(again, undefined, 'a detached command cannot know how its run ends')
    await expect(3, ['watch', 'alone'])
  })
})
