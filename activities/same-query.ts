/** A query on both sides: whether it gives equal rows, in whatever order. */
import type { Client } from 'pg'
import { count } from '../model/amounts.ts'
import type { RuleResult } from '../model/rules.ts'
import { type ViewDigest, viewAsTable } from '../stores/digest/view.ts'
import { readCopy } from '../stores/postgres/copy-out.ts'
import { type Asked, readOnly } from '../stores/postgres/rules/check.ts'
import {
  asFloat,
  copyOfQuery,
  type QueryColumn,
  queryColumns,
  withSchema,
} from '../stores/postgres/rules/query.ts'
import { digestWithin } from '../stores/postgres/views.ts'
import type { ViewReader } from '../stores/sqlite/views.ts'

type Outcome = Pick<RuleResult, 'verdict' | 'reason'>

const notChecked = (reason: string): Outcome => ({ verdict: 'not checked', reason })
const differs = (reason: string): Outcome => ({ verdict: 'broken', reason })

/** Compares by the types that the target's query gives. */
export async function compareQueries(
  client: Client,
  reader: ViewReader,
  { source, target }: { source: string; target: string },
  asked: Asked,
): Promise<Outcome> {
  const columns = await readOnly(client, asked, async () => {
    await client.query(withSchema(asked.schema))
    return queryColumns(client, target)
  })
  if ('failure' in columns) return notChecked(`in the target: ${columns.failure}`)
  const [first, reals] = await compareAs(client, reader, { source, target, columns }, asked)
  if (first.verdict !== 'broken' || reals.length === 0) return first
  // What PostgreSQL computes as a decimal, as an average of integers, SQLite computes as a float.
  const near = columns.map((column, i) => (reals.includes(i) ? asFloat(column) : column))
  const [second] = await compareAs(client, reader, { source, target, columns: near }, asked)
  return second
}

interface Both {
  source: string
  target: string
  columns: readonly QueryColumn[]
}

/** Also the places of decimals for which the source gave floats. */
async function compareAs(
  client: Client,
  reader: ViewReader,
  { source, target, columns }: Both,
  asked: Asked,
): Promise<[Outcome, number[]]> {
  const types = columns.map(({ name, type }) => ({ name, type }))
  const here = await reader.digest({ name: 'query', columns: types, sql: source }, asked.seconds)
  if (here === undefined) return [notChecked(`in the source: it takes longer than ${asked.seconds} s`), []]
  if ('failure' in here) return [notChecked(`in the source: ${here.failure}`), []]
  if ('columns' in here)
    return [
      differs(`it has ${count(here.columns, 'column')} in the source and ${columns.length} in the target`),
      [],
    ]
  if ('unfit' in here) return [differs(`in the source, ${here.unfit}`), []]
  const there = await readOnly(client, asked, async () => {
    await client.query(withSchema(asked.schema))
    const view = viewAsTable('query', { schema: asked.schema, name: '' }, types)
    return digestWithin(client, view, asked.seconds, () =>
      readCopy(client, view, copyOfQuery(target, columns), () => {}),
    )
  })
  if (there === undefined) return [notChecked(`in the target: it takes longer than ${asked.seconds} s`), []]
  if ('failure' in there) return [notChecked(`in the target: ${there.failure}`), []]
  return [judged(here, there), here.reals ?? []]
}

function judged(here: ViewDigest, there: ViewDigest): Outcome {
  if (here.exact === there.exact) return { verdict: 'holds' }
  if (here.near === there.near)
    return { verdict: 'holds', reason: 'equal but for the last digits of computed floats' }
  if (here.rows !== there.rows)
    return differs(`it gives ${count(here.rows, 'row')} in the source and ${there.rows} in the target`)
  return differs(`it gives ${count(here.rows, 'row')} on both sides, and not the same ones`)
}
