import assert from 'node:assert/strict'
import { test } from 'node:test'
import { showPlan } from '../../model/show-plan.ts'
import type { ExistingColumn, ExistingTable } from '../../model/target.ts'
import { existing, existingColumn, planOf, said } from './world.ts'

const SQL = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(5), seen DATETIME);
  INSERT INTO users VALUES (3, 'Ada', '2024-01-01 00:00:00'), (4, NULL, NULL)`

const bigint = { kind: 'integer', bits: 64 } as const
const ID = existingColumn('id', 'bigint', { type: bigint, notNull: true, identity: 'always' })
const NAME = existingColumn('name', 'character varying(3)', { type: { kind: 'text', maxLength: 3 } })
const SEEN = existingColumn('seen', 'timestamp without time zone', {
  type: { kind: 'timestamp', zone: false },
})

const users = (columns: ExistingColumn[], given: Partial<ExistingTable> = {}) => ({
  tables: [existing('users', columns, { primaryKey: ['id'], ...given })],
})
const FULL = users([ID, NAME, SEEN])

test('a table that is there is refused, with the ways on', () => {
  const plan = planOf(SQL, { target: users([ID]) })
  assert.deepEqual(said(plan, true), ['refused table-exists table users'])
  assert.match(plan.findings[0]!.remedy!, /--if-exists use/)
})

test('it is loaded into: columns by name, types and keys of its own', () => {
  const plan = planOf(SQL, { target: FULL, ifExists: 'use' })
  assert.deepEqual(said(plan), [])
  const [table] = plan.what.tables
  assert.equal(table!.action, 'use')
  assert.deepEqual(
    table!.columns.map(({ target, type }) => [target, type.kind]),
    [
      ['id', 'integer'],
      ['name', 'text'],
      ['seen', 'timestamp'],
    ],
  )
  assert.deepEqual(table!.columns[0]!.identity, { last: '4' })
  assert.deepEqual([table!.primaryKey, table!.uniques, table!.indexes], [undefined, [], []])
})

const use = (columns: ExistingColumn[], given: Partial<ExistingTable> = {}) =>
  said(planOf(SQL, { target: users(columns, given), ifExists: 'use' }), true).filter(
    line => !line.includes('table-used-as-it-is'),
  )

test('what does not match is told', () => {
  assert.deepEqual(use([ID, NAME]), ['refused column-missing users.seen'])
  assert.deepEqual(use([ID, { ...NAME, notNull: true }, SEEN]), ['refused null-in-not-null users.name'])
  assert.deepEqual(use([ID, { ...NAME, type: { kind: 'text', maxLength: 2 } }, SEEN]), [
    'refused values-do-not-fit users.name',
  ])
  assert.deepEqual(use([ID, existingColumn('name', 'mood'), SEEN]), ['refused type-not-supported users.name'])
  assert.deepEqual(use([ID, existingColumn('NAME', 'text', { type: { kind: 'text' } }), SEEN]), [
    'note column-matched-by-case users.name',
  ])
  const extra = existingColumn('extra', 'bigint', { type: bigint })
  assert.deepEqual(use([ID, NAME, SEEN, extra]), ['note column-only-in-target users.extra'])
  assert.deepEqual(use([ID, NAME, SEEN, { ...extra, notNull: true }]), [
    'refused column-only-in-target users.extra',
  ])
  assert.deepEqual(use([ID, NAME, SEEN, { ...extra, notNull: true, hasDefault: true }]), [
    'note column-only-in-target users.extra',
  ])
  assert.deepEqual(use([ID, { ...NAME, generated: true }, SEEN]), [
    'incomplete generated-in-target users.name',
  ])
})

test('times without an offset go into instants only with consent', () => {
  const instant = existingColumn('seen', 'timestamp with time zone', {
    type: { kind: 'timestamp', zone: true },
  })
  const plan = planOf(SQL, { target: users([ID, NAME, instant]), ifExists: 'use' })
  assert.deepEqual(said(plan), ['consent read-as-utc users.seen'])
})

test('keys that differ and triggers that do not fire are told', () => {
  assert.deepEqual(use([ID, NAME, SEEN], { uniques: [['name']], triggers: ['audit'] }), [
    'warning constraint-differs table users',
    'note triggers-do-not-fire table users',
  ])
  assert.deepEqual(use([{ ...ID }, NAME, SEEN], { primaryKey: ['name'] }), [
    'warning constraint-differs table users',
    'warning constraint-differs table users',
  ])
})

const FILLED = users([ID, NAME, SEEN], { hasRows: true })

test('rows that are there are not loaded over, and are added to or put aside where the user says so', () => {
  const used = planOf(SQL, { target: FILLED, ifExists: 'use' })
  assert.equal(said(used)[0], 'refused table-has-rows table users')
  assert.match(used.findings[0]!.remedy!, /--if-exists append.*--if-exists replace/)
  assert.match(planOf(SQL, { target: FILLED }).findings[0]!.remedy!, /--if-exists append/)
  assert.deepEqual(said(planOf(SQL, { target: FILLED, ifExists: 'append' })), [])
  assert.deepEqual(said(planOf(SQL, { target: FILLED, ifExists: 'replace' })), [
    'warning replace-keeps-old table users',
  ])
  const rowsOnly = planOf(SQL, { target: FILLED, scope: 'data', ifExists: 'use' })
  assert.equal(said(rowsOnly)[0], 'refused table-has-rows table users')
  assert.doesNotMatch(rowsOnly.findings[0]!.remedy!, /replace/)
  const added = planOf(SQL, { target: FILLED, scope: 'data', ifExists: 'append' })
  assert.deepEqual([said(added), added.what.tables[0]!.action], [[], 'append'])
  assert.deepEqual(said(planOf(SQL, { target: FILLED, scope: 'check', ifExists: 'use' })), [])
})

test('no way back needs a consent, table by table, where there are rows', () => {
  for (const ifExists of ['append', 'replace'] as const) {
    const plan = planOf(SQL, { target: FILLED, ifExists, backup: 'none' })
    assert.equal(said(plan)[0], 'consent no-way-back table users')
    const empty = planOf(SQL, { target: FULL, ifExists, backup: 'none' })
    assert.ok(!said(empty).some(line => line.includes('no-way-back')))
  }
  const dropped = planOf(SQL, { target: FILLED, ifExists: 'replace', backup: 'none' })
  assert.ok(said(dropped).includes('warning replace-drops-old table users'))
  assert.match(showPlan(dropped), /way back +none.*replaced, the old one dropped/s)
})

test('append makes what is not there, and adds to what is', () => {
  assert.equal(planOf(SQL, { ifExists: 'append' }).what.tables[0]!.action, 'create')
  assert.equal(planOf(SQL, { target: FULL, ifExists: 'append' }).what.tables[0]!.action, 'append')
})

test('grants of a replaced table are given again, as far as their columns are there', () => {
  const grants = [
    { to: 'reports', rights: ['SELECT'], grantable: true },
    { rights: ['UPDATE'], columns: ['gone', 'name'] },
    { to: 'web', rights: ['UPDATE'], columns: ['gone'] },
  ] as const
  const target = users([ID, NAME, SEEN], { hasRows: true, grants: structuredClone(grants) as never })
  const plan = planOf(SQL, { target, ifExists: 'replace' })
  assert.deepEqual(plan.what.tables[0]!.grants, [grants[0], { rights: ['UPDATE'], columns: ['name'] }])
  assert.match(showPlan(plan), /grant SELECT to reports with grant option.*grant UPDATE \(name\) to PUBLIC/s)
  assert.equal(planOf(SQL, { target, ifExists: 'append' }).what.tables[0]!.grants, undefined)
})

test('row security that a new table lacks needs a consent', () => {
  const target = users([ID, NAME, SEEN], { rowSecurity: true })
  assert.deepEqual(said(planOf(SQL, { target, ifExists: 'replace' })), [
    'consent row-security-lost table users',
    'warning replace-keeps-old table users',
  ])
})

test('row security that holds for our role is refused before anything is loaded', () => {
  const target = users([ID, NAME, SEEN], { rowSecurity: true, screened: true })
  const { findings } = planOf(SQL, { target, ifExists: 'append' })
  const found = findings.find(({ code }) => code === 'row-security')
  assert.equal(found?.severity, 'refused')
  assert.match(found?.remedy ?? '', /ALTER TABLE "public"."users" NO FORCE ROW LEVEL SECURITY/)
})

test('a table with rows is replaced only where nothing else depends on it', () => {
  const referencedBy = [{ schema: 'public', table: 'posts', name: 'posts_user_fkey' }]
  const target = users([ID, NAME, SEEN], { hasRows: true, referencedBy })
  assert.equal(
    said(planOf(SQL, { target, ifExists: 'replace' }))[0],
    'refused replace-has-dependents table users',
  )
})

test('an empty table that nothing depends on is replaced', () => {
  const plan = planOf(SQL, { target: FULL, ifExists: 'replace' })
  assert.deepEqual(said(plan), ['warning replace-keeps-old table users'])
  assert.match(
    plan.findings[0]!.message,
    /longhaul_aside_.*owner, comments and policies.*not carried over.*its grants are/,
  )
  assert.equal(plan.what.tables[0]!.action, 'replace')
  const referencedBy = [{ schema: 'public', table: 'posts', name: 'posts_user_fkey' }]
  for (const given of [{ referencedBy }, { views: [{ schema: 'public', name: 'active_users' }] }]) {
    const target = users([ID, NAME, SEEN], given)
    assert.deepEqual(said(planOf(SQL, { target, ifExists: 'replace' })), [
      'refused replace-has-dependents table users',
      'warning replace-keeps-old table users',
    ])
  }
})

test('rows alone need the table, and no right to make one', () => {
  assert.deepEqual(said(planOf(SQL, { scope: 'data' })), ['refused table-missing table users'])
  const schema = { name: 'public', exists: true, canCreate: false }
  assert.deepEqual(said(planOf(SQL, { scope: 'data', target: { ...FULL, schema } })), [])
})

test('tables that are loaded into come after those that their foreign keys point to', () => {
  const sql = `
    CREATE TABLE a_child (p INT REFERENCES parent); CREATE TABLE parent (id INTEGER PRIMARY KEY);
    INSERT INTO parent VALUES (1); INSERT INTO a_child VALUES (1), (1), (1)`
  const key = {
    name: 'fk',
    columns: ['p'],
    references: { schema: 'public', table: 'parent', columns: ['id'] },
  }
  const tables = [
    existing('a_child', [existingColumn('p', 'bigint', { type: bigint })], { foreignKeys: [key] }),
    existing('parent', [ID], { primaryKey: ['id'] }),
  ]
  const { what } = planOf(sql, { target: { tables }, ifExists: 'use' })
  assert.deepEqual(
    what.tables.map(({ name }) => name),
    ['parent', 'a_child'],
  )
})

const READER = { owns: false, select: true, insert: false, update: false, remove: false, delete: false }
const WRITER = { owns: false, select: true, insert: true, update: true, remove: true, delete: true }
const KEY = {
  name: 'fk',
  columns: ['id'],
  references: { schema: 'public', table: 'parent', columns: ['id'] },
}

test('rights that the run would miss later are refused before', () => {
  assert.deepEqual(use([ID, NAME, SEEN], { rights: WRITER }), [])
  assert.deepEqual(use([ID, NAME, SEEN], { rights: READER }), [
    'refused no-write-right table users',
    'warning no-right-to-empty table users',
  ])
  for (const given of [{ triggers: ['audit'] }, { foreignKeys: [KEY] }]) {
    const lines = use([ID, NAME, SEEN], { rights: WRITER, ...given })
    assert.ok(lines.includes('refused not-owner table users'), lines.join())
  }
  const truncates = { ...WRITER, delete: false }
  assert.deepEqual(use([ID, NAME, SEEN], { rights: truncates }), [])
  const filled = users([ID, NAME, SEEN], { rights: truncates, hasRows: true })
  assert.deepEqual(said(planOf(SQL, { target: filled, ifExists: 'append' })), [
    'consent no-way-back table users',
  ])
  const target = users([ID, NAME, SEEN], { rights: READER })
  assert.deepEqual(said(planOf(SQL, { target, scope: 'check' })), [])
  const replaced = planOf(SQL, { target: { ...target, canCreateSchema: false }, ifExists: 'replace' })
  assert.deepEqual(
    said(replaced).filter(line => line.startsWith('refused')),
    ['refused not-owner table users', 'refused no-place-for-old-tables target'].toSorted().reverse(),
  )
})

test('foreign keys are told to be checked at the end; a warning where others write', () => {
  const writers = [{ pid: 42, role: 'app', application: 'web', state: 'active' }]
  const target = users([ID, NAME, SEEN], { foreignKeys: [KEY] })
  const ofKeys = (others: typeof writers) =>
    planOf(SQL, { target: { ...target, writers: others }, ifExists: 'use' }).findings.find(
      ({ code }) => code === 'foreign-keys-checked-at-end',
    )
  assert.equal(ofKeys([])?.severity, 'note')
  assert.match(ofKeys([])!.message, /taken off before rows are loaded, and put back at the end/)
  assert.equal(ofKeys(writers)?.severity, 'warning')
})
