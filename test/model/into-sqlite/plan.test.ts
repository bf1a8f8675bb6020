/** What becomes of a PostgreSQL schema in SQLite, from what a real server says of it. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import type { SqliteTarget } from '../../../model/into-sqlite/target.ts'
import type { Plan } from '../../../model/plan.ts'
import type { PostgresSchema } from '../../../model/postgres-schema.ts'
import { createTable } from '../../../stores/sqlite/ddl.ts'
import { describe } from '../../../stores/sqlite/describe.ts'
import { brokenRules, makeBare } from '../../../stores/sqlite/try-plan.ts'
import { DICTIONARIES, OBJECTS, TYPES } from './schemas.ts'
import { findingsOf, openWorld, planOf, statementsOf } from './world.ts'

let world: Awaited<ReturnType<typeof openWorld>>
const origins: Record<string, PostgresSchema> = {}
before(async () => {
  world = await openWorld()
  for (const [name, sql] of Object.entries({ DICTIONARIES, TYPES, OBJECTS }))
    origins[name] = await world.describe(sql, ({ origin }) => origin)
})
after(() => world?.stop())

/** LONGHAUL_GOLDEN=write makes the file anew. */
function golden(name: string, text: string): void {
  const file = new URL(`golden/${name}`, import.meta.url)
  if (process.env.LONGHAUL_GOLDEN === 'write') writeFileSync(file, text)
  assert.equal(text, readFileSync(file, 'utf8'))
}

function told(plan: Plan): string {
  const { sql, refused } = statementsOf(plan)
  assert.deepEqual(refused, [])
  const left = plan.what.leftOut.map(({ kind, name, reason }) => `-- left out: ${kind} ${name}: ${reason}`)
  const views = plan.what.views.map(({ target, query }) => `-- view ${target.name}\n${query}`)
  return `${[sql, ...views, ...left, ...findingsOf(plan).map(line => `-- ${line}`)].join('\n')}\n`
}

test('guide 1: keys count on, rules hold, indexes and views are there', () => {
  golden('guide-1.sql', told(planOf(origins.DICTIONARIES!)))
})

test('every type', () => {
  const plan = planOf(origins.TYPES!, { accept: ['nan-to-null'] })
  const reads = plan.what.tables[0]!.columns.flatMap(({ name, read }) =>
    read ? [`-- ${name}: ${read}`] : [],
  )
  golden('types.sql', `${told(plan)}${reads.join('\n')}\n`)
})

test('STRICT tables know six types', () => {
  const plan = planOf(origins.TYPES!, { strict: true, accept: ['nan-to-null'] })
  const columns = plan.what.tables[0]!.columns
  assert.equal(plan.what.tables[0]!.strict, true)
  assert.deepEqual([...new Set(columns.map(({ declared }) => declared))].toSorted(), [
    'BLOB',
    'INTEGER',
    'REAL',
    'TEXT',
  ])
  assert.deepEqual(statementsOf(plan).refused, [])
})

test('NaN needs a consent, and is NULL then', () => {
  assert.ok(findingsOf(planOf(origins.TYPES!)).includes('consent nan-to-null t.nan'))
  const column = (plan: Plan) => plan.what.tables[0]!.columns.find(({ name }) => name === 'nan')
  assert.equal(column(planOf(origins.TYPES!))?.read, undefined)
  assert.equal(column(planOf(origins.TYPES!, { accept: ['nan-to-null:t.other'] }))?.read, undefined)
  for (const accept of ['nan-to-null', 'nan-to-null:t.nan', 'all-listed'])
    assert.equal(column(planOf(origins.TYPES!, { accept: [accept] }))?.read, `NULLIF(t."nan", 'NaN')`)
})

test('what SQLite has no place for is left out, and none of it vanishes', () => {
  golden('objects.sql', told(planOf(origins.OBJECTS!)))
})

test('partitions are one table, read as a whole with its key', () => {
  const { tables } = planOf(origins.OBJECTS!).what
  const parted = tables.find(({ name }) => name === 'parted')!
  assert.deepEqual([parted.rows, parted.access], [2, { by: 'key', columns: ['id', 'at'] }])
  assert.equal(
    tables.some(({ name }) => name === 'parted_2020'),
    false,
  )
  const alone = planOf(origins.OBJECTS!, { tables: ['parted_2020'] })
  assert.deepEqual(
    alone.what.tables.map(({ name, rows }) => [name, rows]),
    [['parted_2020', 2]],
  )
  const without = planOf(origins.OBJECTS!, { exclude: ['parted_2020'] })
  assert.ok(findingsOf(without).includes('refused partition-left-out table parted_2020'))
})

test('a file says what goes, under which names; what names nothing is told', () => {
  const plan = planOf(origins.DICTIONARIES!, {
    file: 'tables: { fields: { skip: true }, versions: { target: editions, columns: { number: { target: "No." } } }, nowhere: {} }',
    accept: ['nan-to-null'],
  })
  const [editions] = plan.what.tables.filter(({ name }) => name === 'versions')
  assert.equal(editions?.target.name, 'editions')
  assert.match(createTable(editions!), /"No\." INTEGER NOT NULL/)
  assert.match(createTable(editions!), /CHECK \(\("No\." > 0\)\)/)
  const found = findingsOf(plan)
  for (const line of [
    'refused request-names-nothing tables.nowhere',
    'note table-left-out table fields',
    'warning accept-covers-nothing nan-to-null',
  ])
    assert.ok(found.includes(line), line)
})

test('what only other targets have is refused, and not passed over', () => {
  const file =
    'collation: default\ntables: { fields: { on_error: quarantine, columns: { path: { type: text } } } }'
  const refused = findingsOf(planOf(origins.DICTIONARIES!, { file, ifExists: 'upsert' }))
  assert.deepEqual(refused.slice(0, 4), [
    'refused not-for-sqlite collation',
    'refused not-for-sqlite if_exists: upsert, on_conflict',
    'refused not-for-sqlite tables.fields.columns.path.type',
    'refused not-for-sqlite tables.fields.on_error',
  ])
})

test('names that differ by case alone, and those of SQLite, are refused with the way on', async () => {
  await world.describe(
    `CREATE TABLE a ("B" int, b int, "select" int, "quo""te" text); CREATE TABLE "A" (id int); CREATE TABLE sqlite_x (id int)`,
    ({ origin }) => {
      const refused = findingsOf(planOf(origin)).filter(line => line.startsWith('refused'))
      assert.deepEqual(refused, [
        'refused name-collision a.b',
        'refused name-collision table a',
        'refused name-reserved table sqlite_x',
      ])
      const file =
        'tables: { A: { target: other }, a: { columns: { b: { target: b2 } } }, sqlite_x: { skip: true } }'
      const plan = planOf(origin, { file })
      assert.deepEqual(findingsOf(plan), ['note table-left-out table sqlite_x'])
      assert.deepEqual(statementsOf(plan).refused, [])
    },
  )
})

function target(sql: string): SqliteTarget {
  const db = new Database(':memory:')
  db.exec(sql)
  const schema = describe(db)
  const withRows = schema.tables
    .map(({ name }) => name)
    .filter(name => db.prepare(`SELECT 1 FROM "${name}"`).get())
  db.close()
  return { exists: true, schema, withRows }
}

test('tables that are there: refused, loaded into where they keep the values, replaced', () => {
  const there = target(
    `CREATE TABLE Versions (id INTEGER PRIMARY KEY, dictionary TEXT, number INTEGER, schema_hash TEXT, is_current INT, more TEXT);
     CREATE TABLE fields (id INTEGER); INSERT INTO fields VALUES (1); CREATE INDEX dictionaries ON fields (id)`,
  )
  const origin = origins.DICTIONARIES!
  const of = (ifExists: 'refuse' | 'use' | 'append' | 'replace') =>
    findingsOf(planOf(origin, { target: there, ifExists })).filter(line =>
      /^(refused|note column)/.test(line),
    )
  assert.deepEqual(of('refuse'), [
    'refused name-taken table dictionaries',
    'refused table-exists table fields',
    'refused table-exists table versions',
  ])
  const rename = { file: 'tables: { dictionaries: { target: d }, fields: { skip: true } }', target: there }
  const used = planOf(origin, { ...rename, ifExists: 'use' })
  assert.deepEqual(
    findingsOf(used).filter(line => line.startsWith('refused')),
    [],
  )
  const versions = used.what.tables.find(({ name }) => name === 'versions')!
  assert.deepEqual([versions.action, versions.target.name, versions.indexes], ['use', 'Versions', []])
  assert.ok(findingsOf(used).includes('note column-not-filled table versions'))
  assert.ok(of('use').includes('refused table-has-rows table fields'))
  const replaced = planOf(origin, { target: target('CREATE TABLE versions (x INT)'), ifExists: 'replace' })
  assert.equal(replaced.what.tables.find(({ name }) => name === 'versions')!.action, 'replace')
})

test('a column there that would change the values is refused', () => {
  const there = target(
    'CREATE TABLE fields (id INTEGER, version TEXT, path NUMERIC, data_type TEXT, percentage NUMERIC, sample BLOB, took TEXT NOT NULL)',
  )
  const plan = planOf(origins.DICTIONARIES!, { target: there, ifExists: 'use', tables: ['fields'] })
  assert.deepEqual(
    findingsOf(plan).filter(line => line.startsWith('refused')),
    ['refused column-does-not-fit fields.path', 'refused column-does-not-fit fields.version'],
  )
})

test('what the trial rejects is left out: a rule that SQLite refuses, or that rows of the source break', () => {
  const rejected = new Map([
    ['check fields.fields_percentage_check', 'SQLite fails over rows of the source'],
    ['index fields.fields_by_path', 'SQLite does not take it: no'],
    ['view active_dictionaries', 'SQLite does not take it: no'],
    ['fields.id', 'nobody asked'],
  ])
  const plan = planOf(origins.DICTIONARIES!, { rejected })
  assert.deepEqual(plan.what.leftOut.map(({ kind, name }) => `${kind} ${name}`).toSorted(), [
    'check fields.fields_percentage_check',
    'index fields.fields_by_path',
    'view active_dictionaries',
  ])
})

test('the trial names the rules that rows break', () => {
  const [fields] = planOf(origins.DICTIONARIES!).what.tables.filter(({ name }) => name === 'fields')
  const db = new Database(':memory:')
  makeBare(db, fields!)
  db.exec(`INSERT INTO fields (version, path, percentage) VALUES (1, 'x', 101)`)
  assert.deepEqual(brokenRules(db, fields!), [
    {
      object: 'check fields.fields_percentage_check',
      reason: 'SQLite answers differently for rows of the source',
    },
  ])
  db.close()
})

test('the same source gives the same hash, whatever its sizes; another rule gives another', () => {
  const origin = origins.DICTIONARIES!
  const { hash } = planOf(origin)
  const grown = { ...origin, tables: origin.tables.map(table => ({ ...table, rows: 17, bytes: 4 })) }
  assert.equal(planOf(grown).hash, hash)
  assert.notEqual(planOf(origin, { strict: true }).hash, hash)
})
