/** A folder of files into PostgreSQL: types, what is not taken, the files that failed once more, and the way back. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { openWorld } from './world.ts'

const world = await openWorld()
const folder = join(world.folder, 'shop')
mkdirSync(folder)
const put = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
put(
  'users.csv',
  'id,name,active,joined,zip',
  '1,Ann,true,2024-01-05,00123',
  '2,torn',
  '3,"Eve, x",false,2022-02-01,7',
)
put('orders.csv', 'id,amount,at,ref', '9007199254740993,1.50,2024-01-02T03:04:05Z,')
// Half a name is no first line.
put('torn.csv', 'id,"name')

interface Told {
  result: { run: string; differences: string[] }
  findings: { code: string; object: string }[]
  intake: { files: { file: string; state: string }[]; rejected: { rule: string; rows: number }[] }
}
const told = (out: string): Told => JSON.parse(readFileSync(JSON.parse(out).result.report.json, 'utf8'))

suite('files into PostgreSQL', { concurrency: 2 }, () => {
  test('files become tables, and what cannot be taken is told and can be taken later', async () => {
    const target = await world.target()
    const said = await world.run(['full', '--from', 'csv:shop', '--to', target.url, '--id', 'shop', '--json'])
    assert.equal(said.status, 4, said.all)
    const { result, findings, intake } = told(said.out)
    assert.deepEqual(findings.map(({ code, object }) => `${code} ${object}`).sort(), [
      'file-failed file torn.csv',
      'rows-rejected users',
    ])
    assert.deepEqual(
      intake.rejected.map(({ rule, rows }) => [rule, rows]),
      [['too-few-fields', 1]],
    )
    assert.deepEqual(
      await target.rows(`SELECT table_name || '.' || column_name, data_type FROM information_schema.columns
                        WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`),
      [
        ['orders.id', 'bigint'],
        ['orders.amount', 'numeric'],
        ['orders.at', 'timestamp with time zone'],
        ['orders.ref', 'text'],
        ['users.id', 'bigint'],
        ['users.name', 'text'],
        ['users.active', 'boolean'],
        ['users.joined', 'date'],
        ['users.zip', 'text'],
      ],
    )
    assert.deepEqual(await target.rows('SELECT id::text, amount::text FROM orders'), [
      ['9007199254740993', '1.50'],
    ])
    assert.deepEqual(await target.rows('SELECT name, active, zip FROM users ORDER BY id'), [
      ['Ann', true, '00123'],
      ['Eve, x', false, '7'],
    ])
    // No value of a row is in the report, and the rows are in a file for their owner alone.
    const run = dirname(JSON.parse(said.out).result.report.json)
    assert.match(readFileSync(join(run, 'rejected.jsonl'), 'utf8'), /"place":3,.*2,torn/)
    assert.doesNotMatch(readFileSync(join(run, 'report.json'), 'utf8'), /2,torn/)

    put('torn.csv', 'id,name', '4,Zoe')
    const again = await world.run(['retry', 'shop', '--failed', '--json'])
    assert.equal(again.status, 0, again.all)
    assert.deepEqual(await target.rows('SELECT * FROM torn'), [['4', 'Zoe']])
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM users'), [[2]])

    const back = await world.run(['rollback', result.run, '--yes'])
    assert.equal(back.status, 0, back.all)
    assert.deepEqual(
      await target.rows(
        `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
      ),
      [['torn']],
    )
  })

  test('the columns of a table that is there decide; a time without a zone needs a yes', async () => {
    const target = await world.target(
      'CREATE TABLE people (id int PRIMARY KEY, name varchar(5), active boolean, joined timestamptz, zip text)',
    )
    const rows = ['1,Ann,yes,2024-01-05,00123', '2,Methuselah,no,2024-01-06,1', 'x,Eve,1,2024-01-06,2']
    writeFileSync(join(world.folder, 'people.csv'), `id,name,active,joined,zip\n${rows.join('\n')}\n`)
    const words = ['full', '--from', 'csv:people.csv', '--to', target.url, '--if-exists', 'append']
    const said = await world.run([...words, '--accept', 'read-as-utc', '--json'])
    assert.equal(said.status, 4, said.all)
    const { intake, findings } = told(said.out)
    assert.ok(findings.some(({ code }) => code === 'read-as-utc'))
    assert.deepEqual(
      intake.rejected.map(({ rule, rows }) => [rule, rows]),
      [
        ['not-integer', 1],
        ['too-long', 1],
      ],
    )
    assert.deepEqual(
      await target.rows(`SELECT id, name, active, joined AT TIME ZONE 'UTC' = '2024-01-05', zip FROM people`),
      [[1, 'Ann', true, true, '00123']],
    )
  })

  test('an enum and a list of values in the target take what they know, mapped or not', async () => {
    const target = await world.target(`
      CREATE TYPE mood AS ENUM ('sad', 'ok', 'Ünfroh');
      CREATE TABLE people (id integer PRIMARY KEY, mood mood NOT NULL, size text CHECK (size IN ('S', 'L')));
      INSERT INTO people VALUES (9, 'ok', NULL)`)
    const [plain, mapped] = ['people.csv', 'old.csv'].map(name => join(world.folder, name)) as [
      string,
      string,
    ]
    writeFileSync(plain, 'id,mood,size\n1,sad,S\n2,Ünfroh,\n3,happy,L\n9,sad,L\n')
    const rows = () => target.rows('SELECT id, mood::text, size FROM people ORDER BY id')
    const words = ['--to', target.url, '--json', '--conflict', 'overwrite']
    const said = await world.run(['import', '--from', `csv:${plain}`, ...words, '--id', 'moods'])
    assert.equal(said.status, 4, said.all)
    assert.deepEqual(await rows(), [
      [1, 'sad', 'S'],
      [2, 'Ünfroh', null],
      [9, 'sad', 'L'],
    ])
    writeFileSync(mapped, 'no,m,s\n4,OK,L\n5,nope,L\n6,SAD,XL\n')
    const plan = join(world.folder, 'people.yaml')
    const columns = '{ id: no, mood: { from: m, values: { OK: ok, SAD: sad, nope: nope } }, size: s }'
    writeFileSync(plan, `version: 1\nmapping:\n  people:\n    from: old\n    columns: ${columns}\n`)
    const again = await world.run(['import', '--plan', plan, '--from', `csv:${mapped}`, ...words])
    assert.equal(again.status, 4, again.all)
    assert.deepEqual(
      told(again.out).intake.rejected.map(({ rule, rows }) => [rule, rows]),
      [['unknown-value', 2]],
    )
    assert.deepEqual((await rows()).at(2), [4, 'ok', 'L'])
    const back = await world.run(['rollback', 'moods', '--yes', '--scope', 'rows'])
    assert.equal(back.status, 4, back.all)
    assert.deepEqual(await rows(), [
      [4, 'ok', 'L'],
      [9, 'ok', null],
    ])
  })
})
