/**
 * The table of cases, through the command line, a worker and a real PostgreSQL: each case is a table, and a few
 * databases hold them all. What arrives is read back with statements of the test's own.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type Database from 'better-sqlite3'
import { openWorld, type Target } from '../end-to-end/world.ts'
import { type Case, type Group, readOf } from './case.ts'
import { GROUPS } from './cases.ts'

type Placed = Case & { table: string; types: NonNullable<Group['types']>; utf8: boolean }

const ALL: Placed[] = GROUPS.flatMap(({ cases, types = 'inferred', utf8 = false }) =>
  cases.map(each => ({ ...each, types, utf8 })),
).map((each, i) => ({ ...each, table: `case_${i + 1}` }))

const arrives = ({ type }: Placed) => type !== undefined
const isPlain = ({ utf8, quarantined }: Placed) => !utf8 && quarantined === undefined
const usual = ALL.filter(each => each.types === 'inferred')

const world = await openWorld()

suite('the table of cases', { concurrency: 2 }, () => {
  for (const encoding of ['UTF-8', 'UTF-16le'])
    test(`values arrive, and the run ends with 0, from ${encoding}`, () =>
      migrated(0, usual.filter(arrives).filter(isPlain), encoding))

  test('with rows in quarantine the others arrive, and the run ends with 4', () =>
    migrated(
      4,
      usual.filter(arrives).filter(each => !isPlain(each)),
    ))

  test('with optimized types', () =>
    migrated(
      0,
      ALL.filter(({ types }) => types === 'optimized'),
    ))

  for (const types of ['inferred', 'declared'] as const)
    test(`what would lose something, or fits nothing, does not start with ${types} types`, async () => {
      const cases = ALL.filter(each => each.types === types && !arrives(each))
      const { words, target } = await job(cases)
      assert.deepEqual(await findingsOf(words, 3), expected(cases))
      const said = await world.run(['full', ...words])
      assert.equal(said.status, 3, said.all)
      assert.deepEqual(await target.rows(`SELECT FROM pg_tables WHERE schemaname = 'public'`), [])
    })
})

async function migrated(status: number, cases: Placed[], encoding?: string): Promise<void> {
  const { words, target } = await job(cases, encoding)
  assert.deepEqual(await findingsOf(words, 0), expected(cases))
  const said = await world.run(['full', ...words, '--json'])
  assert.equal(said.status, status, said.all)
  const found = await read(target, cases)
  const wanted = cases.map(each => ({ ...about(each), type: each.type, rows: readOf(each) }))
  assert.deepEqual(found, wanted)
}

/** What a difference is shown with. */
const about = ({ table, declared, values }: Placed) => ({ table, declared, values: values.join(', ') })

/** A source with these cases, a target, and the words of a command between them. */
async function job(cases: Placed[], encoding = 'UTF-8'): Promise<{ words: string[]; target: Target }> {
  const source = world.source(db => build(db, cases, encoding))
  const target = await world.target()
  const plan = join(world.folder, `${encoding}-${cases[0]!.table}.yaml`)
  const tables = cases.flatMap(({ table, line }) => (line ? [[table, { columns: { v: line } }]] : []))
  // JSON is YAML.
  writeFileSync(plan, JSON.stringify({ version: 1, tables: Object.fromEntries(tables) }))
  const accept = cases.flatMap(({ table, accept }) => (accept ? ['--accept', `${accept}:${table}.v`] : []))
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  return { words: [...ends, '--plan', plan, '--types', cases[0]!.types, ...accept], target }
}

function build(db: Database.Database, cases: Placed[], encoding: string): void {
  db.pragma(`encoding = '${encoding}'`)
  assert.equal(db.pragma('encoding', { simple: true }), encoding)
  for (const { table, declared, values } of cases) {
    db.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v ${declared})`)
    for (const value of values) db.exec(`INSERT INTO ${table} (v) VALUES (${value})`)
  }
}

/** `severity code` of the findings about each case, by its table. */
async function findingsOf(words: string[], status: number): Promise<Record<string, string[]>> {
  const said = await world.run(['assess', ...words, '--json'])
  assert.equal(said.status, status, said.all)
  const { findings } = JSON.parse(said.out) as {
    findings: { severity: string; code: string; object: string }[]
  }
  const found: Record<string, string[]> = {}
  for (const { severity, code, object } of findings) {
    const table = /case_\d+/.exec(object)?.[0] ?? object
    found[table] = [...(found[table] ?? []), `${severity} ${code}`].sort()
  }
  return found
}

const expected = (cases: Placed[]): Record<string, string[]> =>
  Object.fromEntries(
    cases.flatMap(({ table, findings = [] }) => (findings.length > 0 ? [[table, [...findings].sort()]] : [])),
  )

/** Types and rows of all cases, in two statements. */
async function read(target: Target, cases: Placed[]) {
  const types = await target.rows(
    `SELECT attrelid::regclass::text, format_type(atttypid, atttypmod) FROM pg_attribute
      WHERE attname = 'v' AND attrelid::regclass::text LIKE 'case%'`,
  )
  const cells = cases.map(({ table }) => `SELECT '${table}', id, v::text FROM ${table}`)
  const rows = await target.rows(`SET TimeZone = 'UTC'; ${cells.join(' UNION ALL ')} ORDER BY 1, 2`)
  return cases.map(each => ({
    ...about(each),
    type: types.find(([table]) => table === each.table)?.[1],
    rows: rows.filter(([table]) => table === each.table).map(([, , text]) => text),
  }))
}
