/** Tables that the target has already: refused, loaded into as their application made them, or replaced. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { onPath } from '../../worker/executable.ts'
import { follow } from './cli.ts'
import { ROWS, SOURCE, TARGET } from './two-truths.ts'
import { objectsOf, openWorld, type Target } from './world.ts'

const world = await openWorld()
const source = world.source(SOURCE)
const names = Object.keys(ROWS)

const full = (target: Target, ...flags: string[]) =>
  world.run(['full', '--from', `sqlite:${source}`, '--to', target.url, ...flags])

const ownDump = join(world.server.cluster!.binDir, 'pg_dump')
const pgDump = existsSync(ownDump) ? ownDump : onPath('pg_dump')
const dumped = pgDump ? {} : { skip: 'there is no pg_dump on this machine to see the target with' }

/** The whole database as pg_dump writes it: schema, rows, stands of sequences; without longhaul's ledger. */
async function dump(target: Target, ...flags: string[]): Promise<string> {
  const words = ['--exclude-schema=longhaul', ...flags, `--dbname=${target.url}`]
  const { status, out, err } = await follow(pgDump!, words, { env: world.stack.env })
  assert.equal(status, 0, err)
  // Newer ones wrap the dump in a random word.
  return out.replace(/^\\(un)?restrict .*$/gm, '')
}

/** How many rows each table of the application has. */
async function counts(target: Target): Promise<Record<string, number>> {
  const sql = names.map(name => `SELECT '${name}', count(*)::int FROM ${name}`).join(' UNION ALL ')
  return Object.fromEntries(await target.rows(sql)) as Record<string, number>
}
const NONE = Object.fromEntries(names.map(name => [name, 0]))

/** With keys that the source has not; the triggers of the application are at work. */
const OLD_ROWS = `
  INSERT INTO users (id, email) VALUES (1001, 'old@example.org'), (1002, 'older@example.org');
  SET session_replication_role = replica;
  INSERT INTO teams (id, title) VALUES (50, 'Old');
  SELECT 1`

suite('tables that are there', { concurrency: 2 }, () => {
  test('are refused by default, each by name, and stay as they are', dumped, async () => {
    const target = await world.target(TARGET)
    const before = await dump(target)
    const said = await full(target)
    assert.equal(said.status, 3, said.all)
    for (const name of names) assert.match(said.all, new RegExp(`refused .*${name}`), name)
    assert.match(said.all, /--if-exists use/)
    assert.equal(await dump(target), before)
    assert.deepEqual(await target.rows(`SELECT to_regnamespace('longhaul')::text`), [[null]])
  })

  test(
    'are loaded into as their application made them, with its types, columns, triggers and keys',
    dumped,
    async () => {
      const target = await world.target(TARGET)
      const before = await dump(target, '--schema-only')
      const said = await full(target, '--if-exists', 'use', '--id', 'used')
      assert.equal(said.status, 0, said.all)
      assert.equal(await dump(target, '--schema-only'), before)
      assert.deepEqual(await counts(target), ROWS)
      await assertValues(target)
      await assertLives(target)
    },
  )

  test('are as before after a rollback: rows, sequences, triggers, keys', dumped, async () => {
    const target = await world.target(TARGET)
    await target.rows(
      `SELECT nextval('users_id_seq'), setval('members_id_seq', 77), setval('team_numbers', 9, false)`,
    )
    const before = await dump(target)
    const said = await full(target, '--if-exists', 'use', '--id', 'taken-back')
    assert.equal(said.status, 0, said.all)
    assert.notEqual(await dump(target), before)
    const back = await world.run(['rollback', 'taken-back', '--yes'])
    assert.equal(back.status, 0, back.all)
    assert.deepEqual(await counts(target), NONE)
    assert.equal(await dump(target), before)
    assert.deepEqual(await target.rows(`SELECT to_regnamespace('longhaul')::text`), [[null]])
  })

  test('with rows are not loaded over', dumped, async () => {
    const target = await world.target(TARGET)
    await target.rows(OLD_ROWS)
    const before = await dump(target)
    const said = await full(target, '--if-exists', 'use')
    assert.equal(said.status, 3, said.all)
    assert.match(said.all, /users.*holds rows.*--if-exists append/s)
    assert.equal(await dump(target), before)
  })

  test(
    'with rows are added to, and a rollback takes out what was added and nothing else',
    dumped,
    async () => {
      const target = await world.target(TARGET)
      await target.rows(OLD_ROWS)
      const before = await dump(target)
      const said = await full(target, '--if-exists', 'append', '--id', 'added')
      assert.equal(said.status, 0, said.all)
      assert.deepEqual(await counts(target), { ...ROWS, users: ROWS.users + 2, teams: ROWS.teams + 1 })
      assert.deepEqual(await target.rows('SELECT id, email, touched FROM users WHERE id > 500 ORDER BY id'), [
        [1001, 'old@example.org', 1],
        [1002, 'older@example.org', 1],
      ])
      await assertValues(target)
      const back = await world.run(['rollback', 'added', '--yes'])
      assert.equal(back.status, 0, back.all)
      assert.equal(await dump(target), before)
    },
  )

  test('whose keys meet those of the source are refused before anything is written', dumped, async () => {
    const target = await world.target(TARGET)
    await target.rows(
      `INSERT INTO users (id, email) VALUES (7, 'old@example.org'), (8, 'user9@example.org'); SELECT 1`,
    )
    const before = await dump(target)
    const said = await full(target, '--if-exists', 'append')
    assert.equal(said.status, 3, said.all)
    assert.match(said.all, /2 rows have a key that is in the target already, which keeps \(id\) unique/)
    assert.match(said.all, /one row has a key.* \(email\) unique/)
    assert.equal(await dump(target), before)
  })

  test('that do not fit are refused with every difference named', dumped, async () => {
    const target = await world.target(`
      CREATE TABLE users (id integer PRIMARY KEY, email varchar(12), name text, is_active boolean,
        referred_by smallint, born date NOT NULL);
      CREATE TABLE members (id bigint PRIMARY KEY, team uuid, person bigint);`)
    const before = await dump(target)
    const said = await full(target, '--if-exists', 'use')
    assert.equal(said.status, 3, said.all)
    // A column that is too narrow, one that is missing, one that needs a value, one of another kind.
    for (const place of ['users.email', 'users.created_at', 'users.born', 'members.team'])
      assert.match(said.all, new RegExp(`(refused|needs consent) .*${place}`), place)
    assert.doesNotMatch(said.all, /refused .*referred_by/)
    assert.equal(await dump(target), before)
  })

  test('are kept as they are by a run that fails and rolls back', dumped, async () => {
    // The data breaks a rule that only the target has, which shows in mid-load.
    const target = await world.target(`${TARGET}
      ALTER TABLE token_transactions ADD CONSTRAINT not_too_much CHECK (amount < 200);`)
    const before = await dump(target)
    const said = await full(target, '--if-exists', 'use', '--on-failure', 'rollback')
    assert.equal(said.status, 1, said.all)
    assert.match(said.all, /token_transactions/)
    assert.match(said.all, /not_too_much/)
    assert.match(said.all, /taken back/)
    assert.equal(await dump(target), before)
  })
})

test('a role that may make tables and no schemas is enough, and leaves nothing behind after a rollback', async () => {
  const target = await world.target(
    `CREATE ROLE tenant LOGIN PASSWORD 'tenant'; GRANT USAGE, CREATE ON SCHEMA public TO tenant`,
  )
  const url = new URL(target.url)
  ;[url.username, url.password] = ['tenant', 'tenant']
  const said = await world.run(['full', '--from', `sqlite:${source}`, '--to', url.href, '--id', 'tenant'])
  assert.equal(said.status, 0, said.all)
  assert.deepEqual(await counts(target), ROWS)
  assert.deepEqual(await target.rows(`SELECT to_regnamespace('longhaul')::text`), [[null]])
  assert.match((await world.run(['status', '--postgres', url.href])).out, /tenant +done +equal/)
  const back = await world.run(['rollback', 'tenant', '--yes'])
  assert.equal(back.status, 0, back.all)
  assert.deepEqual(await objectsOf(target.url), ['schema public'])
})

test('a schema that has the name of the ledger and belongs to others', async () => {
  const target = await world.target('CREATE SCHEMA longhaul; CREATE TABLE longhaul.lorry (id int)')
  const before = await objectsOf(target.url)
  const inside = await full({ ...target, url: `${target.url}?schema=longhaul` })
  assert.equal(inside.status, 3, inside.all)
  assert.match(inside.all, /schema longhaul: longhaul keeps its own records/)
  assert.equal((await full(target, '--id', 'beside')).status, 0)
  assert.equal((await world.run(['rollback', 'beside', '--yes'])).status, 0)
  assert.deepEqual(await objectsOf(target.url), before)
})

suite('replace', { concurrency: 2 }, () => {
  const NOTE = "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (7, 'new')"
  const OLD = 'CREATE TABLE note (old integer, body varchar(3), PRIMARY KEY (old))'
  const replace = (target: Target, ...flags: string[]) =>
    world.run([
      'full',
      '--from',
      `sqlite:${world.source(NOTE)}`,
      '--to',
      target.url,
      '--if-exists',
      'replace',
      ...flags,
    ])

  test('puts an empty table aside, and a rollback puts it back', dumped, async () => {
    const target = await world.target(OLD)
    const before = await dump(target)
    const said = await replace(target, '--id', 'replaced')
    assert.equal(said.status, 0, said.all)
    assert.deepEqual(await target.rows('SELECT id::int, body FROM note'), [[7, 'new']])
    const back = await world.run(['rollback', 'replaced', '--yes'])
    assert.equal(back.status, 0, back.all)
    assert.equal(await dump(target), before)
  })

  const FILLED = `${OLD}; INSERT INTO note VALUES (1, 'old'), (2, NULL); GRANT SELECT ON note TO pg_monitor`

  test('puts a table with rows aside, gives its grants on, and a rollback puts it back', dumped, async () => {
    const target = await world.target(FILLED)
    const before = await dump(target)
    const said = await replace(target, '--id', 'filled')
    assert.equal(said.status, 0, said.all)
    assert.deepEqual(await target.rows('SELECT id::int, body FROM note'), [[7, 'new']])
    assert.deepEqual(await target.rows(`SELECT has_table_privilege('pg_monitor', 'note', 'SELECT')`), [
      [true],
    ])
    const [[aside]] = (await target.rows(
      `SELECT nspname::text FROM pg_namespace WHERE nspname ~ '^longhaul_aside_'`,
    )) as [[string]]
    assert.deepEqual(await target.rows(`SELECT * FROM ${aside}.note ORDER BY 1`), [
      [1, 'old'],
      [2, null],
    ])
    const back = await world.run(['rollback', 'filled', '--yes'])
    assert.equal(back.status, 0, back.all)
    assert.equal(await dump(target), before)
  })

  test('drops the old table where no way back was asked for, and only with a consent', dumped, async () => {
    const target = await world.target(FILLED)
    const before = await dump(target)
    const refused = await replace(target, '--backup', 'none')
    assert.equal(refused.status, 3, refused.all)
    assert.match(refused.all, /no-way-back.*nothing brings them back/s)
    assert.equal(await dump(target), before)
    const said = await replace(target, '--backup', 'none', '--accept', 'no-way-back')
    assert.equal(said.status, 0, said.all)
    assert.ok(!(await objectsOf(target.url)).some(name => name.includes('longhaul_aside')))
  })

  test(
    'with a dump asked for: it is proven before the first write, and lies with the run',
    dumped,
    async () => {
      const target = await world.target(FILLED)
      const before = await dump(target)
      const said = await replace(target, '--backup', 'dump', '--id', 'dumped')
      assert.equal(said.status, 0, said.all)
      assert.match(said.all, /restored into a scratch database and compared/)
      const { url } = await world.target()
      const { out } = await world.run(['report', 'dumped', '--json'])
      const { run } = JSON.parse(out).result ?? JSON.parse(out)
      const folder = join(world.stack.env.LONGHAUL_HOME!, 'runs', run, 'backup')
      const file = readdirSync(folder).find(name => name.endsWith('.dump'))!
      const restored = await follow(
        join(dirname(pgDump!), 'pg_restore'),
        [`--dbname=${url}`, join(folder, file)],
        {
          env: world.stack.env,
        },
      )
      assert.equal(restored.status, 0, restored.err)
      assert.equal(await dump({ ...target, url }), before)
    },
  )
})

async function assertValues(target: Target): Promise<void> {
  assert.deepEqual(
    await target.rows(`SELECT id, email, name, is_active, referred_by, created_at::text, locale, touched
                         FROM users WHERE id IN (2, 500) ORDER BY id`),
    [
      [2, 'user2@example.org', 'Ünal 2', false, 3, '2023-11-15 00:13:20', 'en', 0],
      [500, 'user500@example.org', 'Ünal 500', false, null, '2023-12-05 18:13:20', 'en', 0],
    ],
  )
  assert.deepEqual(
    await target.rows('SELECT transaction_id::text, metadata FROM token_transactions WHERE user_id = 2'),
    [['00000000-0000-0000-0000-000000003dde', { id: 2, tags: ['a', null] }]],
  )
  assert.deepEqual(
    await target.rows(
      'SELECT ip_address::text, permissions FROM user_sessions WHERE user_id IN (3, 4, 5) ORDER BY user_id',
    ),
    [
      ['10.0.3.7/32', ['read']],
      ['2001:db8::5/128', ['read']],
      [null, ['read']],
    ],
  )
}

/** The application goes on: its triggers fire again, its keys hold, its numbers go on after the last one. */
async function assertLives(target: Target): Promise<void> {
  assert.deepEqual(
    await target.rows(
      `INSERT INTO users (email, name) VALUES ('next@example.org', 'Next') RETURNING id, touched`,
    ),
    [[501, 1]],
  )
  assert.deepEqual(await target.rows('INSERT INTO members (team) VALUES (1) RETURNING id::int'), [[14]])
  assert.deepEqual(await target.rows(`SELECT nextval('team_numbers')::int`), [[3]])
  await assert.rejects(target.rows(`INSERT INTO teams VALUES ('Green', 3)`), /the trigger fired/)
  await assert.rejects(target.rows('INSERT INTO members (team) VALUES (99)'), /foreign key/)
  await assert.rejects(target.rows('UPDATE teams SET lead = 99'), /foreign key/)
  await assert.rejects(target.rows('UPDATE users SET referred_by = 9999'), /foreign key/)
}
