/** Quarantine, altered rows and generated columns from a SQLite file into PostgreSQL, and the replay after it. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import Database from 'better-sqlite3'
import type pg from 'pg'
import { pino } from 'pino'
import { digestBoth } from '../../activities/compare-job.ts'
import { copyLane } from '../../activities/copy-lane.ts'
import { digestCopied } from '../../activities/digest-job.ts'
import { openReplay } from '../../activities/replay-open.ts'
import { replayRows } from '../../activities/replay-rows.ts'
import { settleReplay } from '../../activities/replay-settle.ts'
import { report } from '../../activities/report.ts'
import { makeFolder, runFolder } from '../../home/home.ts'
import { addChunks } from '../../ledger/claims.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { differencesOf } from '../../model/balance.ts'
import { Failure } from '../../model/failure.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import { type PlanRequest, planRequest, type TableSettings } from '../../model/plan-request.ts'
import type { RunResult } from '../../model/run.ts'
import type { LogicalType } from '../../model/types.ts'
import { addForeignKey, createTable } from '../../stores/postgres/ddl.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { copiedAndFinished, registeredRun } from './registered-run.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-set-aside-'))
const work = { home, host: 'here', log: pino({ level: 'silent' }) }
let postgres: ScratchPostgres
let client: pg.Client

before(async () => {
  postgres = await startPostgres()
})

after(async () => {
  await client?.end()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

const TEXT: LogicalType = { kind: 'text' }
const BIGINT: LogicalType = { kind: 'integer', bits: 64 }
const JSONB: LogicalType = { kind: 'json', binary: true }
const QUARANTINE: Partial<ColumnPlan> = { onError: { policy: 'quarantine' } }

interface World {
  place: RunPlace
  request: PlanRequest
  snapshot: string
  tables: TablePlan[]
}

/** A registered run over a file of this content, in a database of its own; `bounds` cut its tables into chunks. */
async function begin(sql: string, tables: TablePlan[], bounds: number[]): Promise<World> {
  await client?.end()
  const { token, place, ...registered } = await registeredRun(postgres, home, tables)
  client = registered.client
  const snapshot = join(makeFolder(runFolder(place.run, home)), 'source.db')
  const db = new Database(snapshot)
  db.exec(sql)
  db.close()
  const source = { kind: 'sqlite' as const, path: snapshot, host: 'here' }
  const request = planRequest({ source, target: place.target }, {})
  for (const table of tables) {
    for (const statement of createTable(table).sql) await client.query(statement)
    const ends = bounds.map(bound => [bound])
    await addChunks(client, OWN_SCHEMA, token, table.name, ends)
  }
  return { place, request, snapshot, tables }
}

const act = <I, O>(activity: (with_: typeof work, input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(() => activity(work, input))

/** Copies, compares and reports, as the workflow does. */
async function copy({ place, request, snapshot, tables }: World): Promise<RunResult> {
  const names = tables.map(t => t.name)
  const lane = { place, home, snapshot, tables: names, owner: 'a', sweep: true, budgetMs: 1e6 }
  await copyLane(lane, () => {}, new AbortController().signal)
  await copiedAndFinished({ client, token: place })
  const results = await digestCopied({ home, place, tables: names }, () => {})
  const differences = results.flatMap(t => differencesOf(t))
  const result: RunResult = {
    ...{ run: place.run, name: 'story', verdict: 'equal', rows: 0, tables: names.length, findings: [] },
    ...{
      state: differences.length ? 'done with differences' : 'done',
      exit: differences.length ? 4 : 0,
      differences,
    },
  }
  return act(report, { run: place.run, request, result, steps: [], mode: 'full' as const, place })
}

async function replay({ place }: World, settings: Record<string, TableSettings>) {
  const input = { run: place.run, name: 'story', target: place.target, host: 'here', settings }
  const opened = await act(openReplay, input)
  const { tables, left } = await act(replayRows, { place: opened.place, settings })
  await digestCopied({ home, place: opened.place, tables }, () => {})
  return { replayed: opened.before - left, left, result: await act(settleReplay, { place: opened.place }) }
}

const settings = (columns: TableSettings['columns']): TableSettings => ({ skip: false, columns })

const rowsOf = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
const balance = () =>
  rowsOf(`SELECT table_name, sum(rows_read)::int, sum(rows_written)::int, sum(quarantined)::int, sum(altered)::int
            FROM longhaul.chunk GROUP BY 1 ORDER BY 1`)

const MIXED = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, s TEXT, j TEXT, twice AS (n * 2));
  INSERT INTO t VALUES (1, 5, 'a', '{}'), (2, 'N/A', 'b', '{}'), (3, 7, CAST(x'61ff' AS TEXT), '{}'),
                       (4, 8, 'nul ' || char(0), '{}'), (5, 9, 'e', '{"secret"'), (6, NULL, 'f', '[1]')`

const mixed = () =>
  tablePlan(
    't',
    [
      columnPlan('id', BIGINT, { notNull: true }),
      columnPlan('n', BIGINT, QUARANTINE),
      columnPlan('s', TEXT, QUARANTINE),
      columnPlan('j', JSONB, { onError: { policy: 'default', value: '{"bad": true}' } }),
      columnPlan('twice', BIGINT, { generated: '"n" * 2' }),
    ],
    { access: { by: 'rowid', name: 'id' }, key: ['id'], rows: 6 },
  )

test('rows that do not fit are in quarantine, values replaced by consent are kept, and all adds up', async () => {
  const world = await begin(MIXED, [mixed()], [2, 4])
  const result = await copy(world)
  assert.deepEqual(await rowsOf('SELECT id::int, n::int, s, j, twice::int FROM t ORDER BY id'), [
    [1, 5, 'a', {}, 10],
    [5, 9, 'e', { bad: true }, 18],
    [6, null, 'f', [1], null],
  ])
  assert.deepEqual(await balance(), [['t', 6, 3, 3, 1]])
  assert.deepEqual(result.differences, ['table "t": 3 rows in quarantine'])
  const { quarantine, altered, markdown } = result.report!
  assert.deepEqual(lines(quarantine!), [
    {
      ...{ table: 't', key: 'id = 2', column: 'n', reason: 'does not fit bigint: it is no whole number' },
      original: { id: 2, n: 'N/A', s: 'b', j: '{}', twice: 0 },
    },
    {
      ...{ table: 't', key: 'id = 3', column: 's', reason: 'is a text that is not valid UTF-8' },
      original: { id: 3, n: 7, s: { hex: '61ff', encoding: 'UTF-8' }, j: '{}', twice: 14 },
    },
    {
      ...{ table: 't', key: 'id = 4', column: 's', reason: 'holds a NUL character' },
      original: { id: 4, n: 8, s: 'nul \0', j: '{}', twice: 16 },
    },
  ])
  assert.deepEqual(lines(altered!), [
    {
      table: 't',
      key: 'id = 5',
      column: 'j',
      reason: 'is no JSON that its type keeps',
      original: '{"secret"',
    },
  ])
  assert.equal(statSync(quarantine!).mode & 0o777, 0o600)
  assert.match(readFileSync(markdown, 'utf8'), /longhaul replay story --plan FILE/)
  assert.doesNotMatch(readFileSync(markdown, 'utf8'), /secret|N\/A/)
})

test('a wrong translation of a generated column is a difference', async () => {
  const plain = tablePlan(
    't',
    [
      columnPlan('id', BIGINT),
      columnPlan('n', BIGINT),
      columnPlan('twice', BIGINT, { generated: '"n" * 2' }),
    ],
    { access: { by: 'rowid', name: 'id' }, key: ['id'], rows: 2 },
  )
  const source = `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, twice AS (n * 2)); INSERT INTO t VALUES (1, 5), (2, NULL)`
  const right = await begin(source, [plain], [])
  assert.deepEqual((await copy(right)).differences, [])
  const world = await begin(source, [plain], [])
  await client.query(`ALTER TABLE t DROP COLUMN twice;
                      ALTER TABLE t ADD COLUMN twice bigint GENERATED ALWAYS AS (n * 3) STORED`)
  const { differences } = await copy(world)
  assert.match(differences[0]!, /^table "t": source and target differ/)
})

test('a comparison applies the plan too', async () => {
  const world = await begin(MIXED, [mixed()], [])
  await copy(world)
  const { place, snapshot, tables } = world
  const compare = () =>
    digestBoth(
      { home, run: place.run, target: place.target, snapshot, tables, facts: [], partRows: 1000 },
      () => {},
    )
  const [equal] = await compare()
  assert.deepEqual([equal!.verdict, equal!.read, equal!.quarantined, equal!.counted], ['equal', 6, 3, 3])
  await client.query(`UPDATE t SET s = 'x' WHERE id = 1`)
  assert.equal((await compare())[0]!.verdict, 'different')
})

test('a comparison that was broken off goes on with the part in which it was', async () => {
  const numbers = tablePlan('big', [columnPlan('id', BIGINT), columnPlan('n', BIGINT)], {
    ...{ access: { by: 'rowid', name: 'id' }, key: ['id'], rows: 50 },
  })
  const source = `CREATE TABLE big (id INTEGER PRIMARY KEY, n INTEGER);
    WITH RECURSIVE i (i) AS (SELECT -9 UNION ALL SELECT i + 1 FROM i WHERE i < 40)
      INSERT INTO big SELECT i * 3, i FROM i`
  const { place, snapshot, tables } = await begin(source, [numbers], [])
  await client.query('INSERT INTO big SELECT i * 3, i FROM generate_series(-9, 40) AS i')
  const heard: number[] = []
  const compare = (last: number) =>
    digestBoth(
      { home, run: place.run, target: place.target, snapshot, tables, facts: [], partRows: 10 },
      detail => {
        const { rows } = detail as { rows: number }
        if (rows > last) throw new Error('broken off')
        heard.push(rows)
      },
    )
  await assert.rejects(compare(35), /broken off/)
  // In a part that was compared before: what a pause leaves done is not looked at again.
  await client.query('UPDATE big SET n = 0 WHERE id = -27')
  heard.length = 0
  const [equal] = await compare(Number.POSITIVE_INFINITY)
  assert.deepEqual([equal!.verdict, equal!.read, equal!.counted], ['equal', 50, 50])
  assert.ok(Math.min(...heard) > 30, 'three parts are kept')
})

test('rows outside of all parts of the source are surplus', async () => {
  const numbers = tablePlan('big', [columnPlan('id', BIGINT)], {
    ...{ access: { by: 'rowid', name: 'id' }, key: ['id'], rows: 20 },
  })
  const source = `CREATE TABLE big (id INTEGER PRIMARY KEY);
    WITH RECURSIVE i (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 20) INSERT INTO big SELECT i FROM i`
  const { place, snapshot, tables } = await begin(source, [numbers], [])
  await client.query(
    'INSERT INTO big SELECT generate_series(1, 20); INSERT INTO big VALUES (-9223372036854775808), (9223372036854775807)',
  )
  const pair = { home, run: place.run, target: place.target, snapshot, tables, facts: [], partRows: 7 }
  const [result] = await digestBoth(pair, () => {})
  assert.deepEqual([result!.verdict, result!.read, result!.counted], ['different', 20, 22])
  assert.equal(result!.located!.surplus, 2)
})

test('a row that is gone from the target does not add up', async () => {
  const world = await begin(MIXED, [mixed()], [])
  await copy(world)
  await client.query(`DELETE FROM t WHERE id = 1; UPDATE longhaul.run SET state = 'running'`)
  const [result] = await digestCopied({ home, place: world.place, tables: ['t'] }, () => {})
  assert.deepEqual(
    [result!.verdict, result!.error],
    ['different', '3 rows were written, and the target holds 2'],
  )
})

test('a chunk of nothing but misfits, larger than the room for them', async () => {
  const rows = 30_000
  const world = await begin(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT);
     WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${rows})
     INSERT INTO t SELECT i, CASE WHEN i % 1000 = 0 THEN i ELSE 'none ' || hex(zeroblob(100)) END FROM s`,
    [
      tablePlan('t', [columnPlan('id', BIGINT), columnPlan('n', BIGINT, QUARANTINE)], {
        ...{ access: { by: 'rowid', name: 'id' }, key: ['id'], rows },
      }),
    ],
    [],
  )
  const result = await copy(world)
  assert.deepEqual(await balance(), [['t', rows, 30, rows - 30, 0]])
  const keys = lines(result.report!.quarantine!).map(({ key }) => key)
  assert.equal(new Set(keys).size, rows - 30)
  const nulls = await replay(world, { t: settings({ n: { onError: 'default', fallback: 0 } }) })
  assert.deepEqual([nulls.replayed, nulls.left, nulls.result.exit], [rows - 30, 0, 0])
  assert.deepEqual(await balance(), [['t', rows, rows, 0, rows - 30]])
  assert.ok(!existsSync(result.report!.quarantine!))
})

test('replay: what the corrected plan makes fit is written, the rest stays, and the run is settled', async () => {
  const world = await begin(MIXED, [mixed()], [2, 4])
  await copy(world)
  const some = await replay(world, { t: settings({ s: { conversion: 'strip-invalid' } }) })
  assert.deepEqual([some.replayed, some.left], [1, 2])
  assert.deepEqual([some.result.state, some.result.exit], ['done with differences', 4])
  assert.deepEqual(some.result.differences, ['table "t": 2 rows in quarantine'])
  assert.deepEqual(
    lines(some.result.report!.quarantine!).map(({ key }) => key),
    ['id = 2', 'id = 4'],
  )
  const rest = await replay(world, {
    T: settings({ N: { onError: 'default' }, s: { conversion: 'strip-nul' } }),
  })
  assert.deepEqual([rest.replayed, rest.left], [2, 0])
  const { state, exit, verdict, differences, report: files } = rest.result
  assert.deepEqual([state, exit, verdict, differences], ['done', 0, 'equal', []])
  assert.equal(files!.quarantine, undefined)
  assert.deepEqual(
    lines(files!.altered!).map(({ key, original }) => [key, original]),
    [
      ['id = 2', 'N/A'],
      ['id = 3', { hex: '61ff', encoding: 'UTF-8' }],
      ['id = 4', 'nul \0'],
      ['id = 5', '{"secret"'],
    ],
  )
  assert.deepEqual(
    await rowsOf('SELECT id::int, n::int, s, twice::int FROM t WHERE id IN (2, 3, 4) ORDER BY id'),
    [
      [2, null, 'b', null],
      [3, 7, 'a\uFFFD', 14],
      [4, 8, 'nul ', 16],
    ],
  )
  assert.deepEqual(await balance(), [['t', 6, 6, 0, 4]])
  assert.deepEqual(await rowsOf('SELECT state, verdict FROM longhaul.run'), [['done', 'equal']])
})

test('replay: rules of the target keep a row out alone; a child comes after its parent; no trigger fires', async () => {
  const plan = (name: string) =>
    tablePlan(name, [columnPlan('id', BIGINT), columnPlan('ref', BIGINT, QUARANTINE)], {
      ...{ access: { by: 'rowid' as const, name: 'id' }, key: ['id'], rows: 3 },
    })
  const key = {
    ...{ name: 'c_ref', columns: ['ref'], references: { schema: 'public', table: 'p', columns: ['id'] } },
    ...{ onUpdate: 'NO ACTION' as const, onDelete: 'NO ACTION' as const, deferred: true },
  }
  const world = await begin(
    `CREATE TABLE a_c (id INTEGER PRIMARY KEY, ref INT); INSERT INTO a_c VALUES (1, '1'), (2, x'32'), (3, x'39');
     CREATE TABLE p (id INTEGER PRIMARY KEY, ref INT); INSERT INTO p VALUES (1, 0), (2, x'30'), (3, x'31')`,
    [plan('a_c'), plan('p')],
    [],
  )
  await copy(world)
  await client.query(`ALTER TABLE p ADD PRIMARY KEY (id); ALTER TABLE p ADD CHECK (ref < 1);
    CREATE TABLE fired (); CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO fired DEFAULT VALUES; RETURN NEW; END';
    CREATE TRIGGER fire AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION fire()`)
  for (const statement of addForeignKey(plan('a_c'), key).sql) await client.query(statement)
  const asText = settings({ ref: { conversion: 'bytes-as-text' } })
  const { replayed, left, result } = await replay(world, { a_c: asText, p: asText })
  // The child 2 finds its parent in the second round; 9 is nobody's child, and the parent 3 breaks the check.
  assert.deepEqual([replayed, left, result.exit], [2, 2, 4])
  assert.deepEqual(await rowsOf('SELECT id::int FROM a_c ORDER BY 1'), [[1], [2]])
  assert.deepEqual(await rowsOf('SELECT id::int FROM p ORDER BY 1'), [[1], [2]])
  assert.deepEqual(await rowsOf('SELECT count(*)::int FROM fired'), [[0]])
  assert.deepEqual(await rowsOf(`SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'fire'`), [['O']])
  const reasons = lines(result.report!.quarantine!).map(({ key, reason }) => [key, reason])
  assert.equal(reasons.length, 2)
  assert.match(reasons[0]![1], /could not be written: .*c_ref/)
  assert.match(reasons[1]![1], /could not be written: .*p_ref_check/)
})

test('replay: what cannot be is refused, and nothing is changed', async () => {
  const world = await begin(MIXED, [mixed()], [])
  await copy(world)
  const refusals: [TableSettings['columns'], string, RegExp][] = [
    [{ n: { type: TEXT } }, 'refused', /column "t\.n" is bigint in the target, and not text/],
    [{ nope: {} }, 'usage', /no column "nope"/],
    [{ n: { onError: 'default', fallback: 'x' } }, 'usage', /default for values that do not fit/],
  ]
  for (const [columns, code, message] of refusals) {
    await assert.rejects(
      replay(world, { t: settings(columns) }),
      (error: unknown) => error instanceof Failure && error.code === code && message.test(error.message),
    )
  }
  assert.deepEqual(await rowsOf('SELECT state FROM longhaul.run'), [['done with differences']])
  await client.query(`UPDATE longhaul.run SET state = 'failed'`)
  await assert.rejects(replay(world, {}), /only the rows of a run that has come to its end/)
})

test('replay: an attempt that was overtaken writes nothing more', async () => {
  const world = await begin(MIXED, [mixed()], [])
  await copy(world)
  const given = { t: settings({ n: { onError: 'default' as const } }) }
  const input = {
    run: world.place.run,
    name: 'story',
    target: world.place.target,
    host: 'here',
    settings: given,
  }
  const earlier = await act(openReplay, input)
  await act(openReplay, input)
  await assert.rejects(
    act(replayRows, { place: earlier.place, settings: given }),
    (error: unknown) => error instanceof Failure && error.code === 'fenced',
  )
  assert.deepEqual(await balance(), [['t', 6, 3, 3, 1]])
  assert.deepEqual(await rowsOf('SELECT count(*)::int FROM t'), [[3]])
})
