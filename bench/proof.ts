/** That a trial did the work: every row, index and foreign key is there, and every table has statistics. */
import type { Client } from 'pg'
import type { Script, StatementKind } from './script.ts'
import type { Source } from './sources.ts'

/** @throws Error that names what is missing: such a trial has failed and has no time */
export async function assertDone(client: Client, source: Source, script: Script): Promise<void> {
  const problems: string[] = []
  const expect = (what: string, is: number, should: number) => {
    if (is !== should) problems.push(`${what}: ${is}, and not ${should}`)
  }
  for (const { name, rows } of source.tables)
    expect(`rows of ${name}`, await number(client, `SELECT count(*) FROM public.${name}`), rows)
  const wanted = (...kinds: StatementKind[]) => script.after.filter(({ kind }) => kinds.includes(kind)).length
  expect('indexes', await number(client, INDEXES), wanted('index', 'unique', 'primary key'))
  expect('primary keys', await number(client, PRIMARY_KEYS), wanted('primary key'))
  expect('foreign keys', await number(client, FOREIGN_KEYS), wanted('foreign key'))
  expect(
    'tables with statistics',
    await number(client, ANALYZED),
    source.tables.filter(t => t.rows > 0).length,
  )
  if (problems.length) throw new Error(problems.join('; '))
}

const number = async (client: Client, sql: string) =>
  Number((await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0])

const INDEXES = `SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'`
const PRIMARY_KEYS = `SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace`
const FOREIGN_KEYS = `SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND connamespace = 'public'::regnamespace`
const ANALYZED = `SELECT count(DISTINCT tablename) FROM pg_stats WHERE schemaname = 'public'`
