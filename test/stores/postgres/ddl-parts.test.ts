import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import type { CheckPlan, ForeignKeyPlan, IndexPlan } from '../../../model/plan.ts'
import * as ddl from '../../../stores/postgres/ddl.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

let postgres: ScratchPostgres
let client: pg.Client
before(async () => {
  postgres = await startPostgres()
  client = await session(postgres.url)
})
after(async () => {
  await client?.end()
  await postgres?.stop()
})
beforeEach(async () => {
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  await run(ddl.createTable(table).sql)
})

const bigint = { kind: 'integer', bits: 64 } as const
const table = tablePlan('t "x"', [
  columnPlan('a', bigint),
  columnPlan('b c', { kind: 'text' }),
  columnPlan('twice', bigint, { generated: '"a" * 2' }),
])
const NAME = 'public."t ""x"""'

const run = async (statements: string[]) => {
  for (const sql of statements) await client.query(sql)
}
const defined = async (sql: string) => (await client.query(sql)).rows.map(row => row.definition)
const constraints = () =>
  defined(`SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace ORDER BY conname`)
const indexes = () => defined(`SELECT indexdef AS definition FROM pg_indexes WHERE schemaname = 'public'`)

test('a generated column is computed by the target', async () => {
  const { rows } = await client.query(`INSERT INTO ${NAME} (a) VALUES (21) RETURNING twice`)
  assert.equal(rows[0].twice, '42')
  await assert.rejects(client.query(`INSERT INTO ${NAME} (a, twice) VALUES (1, 1)`), /twice/)
})

const CHECK: CheckPlan = { name: 'a "check"', expression: '"a" > 0' }

test('a check looks at the rows; one for new rows does not, and is what is made where rows break it', async () => {
  await client.query(`INSERT INTO ${NAME} (a) VALUES (-1)`)
  const strict = ddl.addCheck(table, CHECK)
  await assert.rejects(run(strict.sql), /check/)
  assert.deepEqual(strict.otherwise!.sql, ddl.addCheck(table, { ...CHECK, notValid: true }).sql)
  assert.notDeepEqual(strict.otherwise!.object, strict.object)
  await run(strict.otherwise!.sql)
  assert.deepEqual(await constraints(), ['CHECK ((a > 0)) NOT VALID'])
  await assert.rejects(client.query(`INSERT INTO ${NAME} (a) VALUES (-1)`), /check/)
  await run(strict.otherwise!.undo)
  assert.deepEqual(await constraints(), [])
})

test('a foreign key for new rows', async () => {
  await client.query(`CREATE TABLE public.p (id bigint PRIMARY KEY); INSERT INTO ${NAME} (a) VALUES (7)`)
  const key: ForeignKeyPlan = {
    ...{ name: 'fk', columns: ['a'], references: { schema: 'public', table: 'p', columns: ['id'] } },
    ...{ onUpdate: 'NO ACTION', onDelete: 'CASCADE', deferred: true },
  }
  await assert.rejects(run(ddl.addForeignKey(table, key).sql), /foreign key/)
  const made = ddl.addForeignKey(table, { ...key, notValid: true })
  assert.equal(made.otherwise, undefined)
  await run(made.sql)
  assert.equal(
    (await constraints())[0],
    'FOREIGN KEY (a) REFERENCES public.p(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID',
  )
  await run(made.undo)
  assert.equal((await constraints()).length, 1)
})

const INDEXES: [IndexPlan, string][] = [
  [
    {
      ...{ name: 'i', unique: true, where: '"a" > 5' },
      parts: [
        { expression: 'pg_catalog.lower("b c" COLLATE "C")', descending: true },
        { column: 'a', descending: false },
      ],
    },
    'CREATE UNIQUE INDEX i ON %s USING btree (lower(("b c" COLLATE "C")) DESC, a) WHERE (a > 5)',
  ],
  [
    { name: 'i', unique: false, method: 'hash', parts: [{ column: 'b c', descending: false }] },
    'CREATE INDEX i ON %s USING hash ("b c")',
  ],
  [
    {
      ...{ name: 'i', unique: false },
      parts: [{ column: 'b c', operators: 'pg_catalog.text_pattern_ops', descending: true }],
    },
    'CREATE INDEX i ON %s USING btree ("b c" text_pattern_ops DESC)',
  ],
]

test('indexes on expressions, with conditions, methods and operators', async () => {
  for (const [index, definition] of INDEXES) {
    const made = ddl.createIndex(table, index)
    await run(made.sql)
    assert.deepEqual(await indexes(), [definition.replace('%s', NAME)])
    await run(made.undo)
  }
})
