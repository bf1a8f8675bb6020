/** Whether the sequences behind columns go on where the rows, and the source, end. */
import type { Client } from 'pg'
import type { TablePlan } from '../../../model/plan.ts'
import { isServerError, toFailure } from '../../../sessions/errors.ts'
import { ident, literal, qualified } from '../quote.ts'
import type { Difference } from './difference.ts'

export interface SequencesCompared {
  behind: { table: TablePlan; difference: Difference }[]
  /** Columns whose sequence could not be looked at, as `table.column`, and why. */
  notCompared: { column: string; why: string }[]
}

interface Counter {
  no: number
  column: string
  /** Quoted, with its schema. */
  sequence: string
  increment: string
  readable: boolean
}

/** Maxima that are asked for in one statement. */
const AT_ONCE = 100

/** Of columns of integers; a sequence that counts down is left alone. `step` is called between statements. */
export async function compareSequences(
  client: Client,
  tables: readonly TablePlan[],
  step: () => void,
): Promise<SequencesCompared> {
  const counters = await countersOf(client, tables)
  const compared: SequencesCompared = { behind: [], notCompared: [] }
  const readable = counters.filter(({ readable }) => readable)
  for (const { no, column } of counters.filter(({ readable }) => !readable))
    compared.notCompared.push({ column: nameOf(tables[no]!, column), why: 'the role may not read it' })
  for (let at = 0; at < readable.length; at += AT_ONCE)
    await look(client, tables, readable.slice(at, at + AT_ONCE), compared, step)
  return compared
}

async function countersOf(client: Client, tables: readonly TablePlan[]): Promise<Counter[]> {
  const { rows } = await client.query<Counter>(COUNTERS, [
    tables.map(({ target }) => target.schema),
    tables.map(({ target }) => target.name),
  ])
  return rows
}

/** What a column owns goes before what its default draws from. */
const COUNTERS = `
WITH wanted AS MATERIALIZED (
  SELECT w.no::int - 1 AS no, c.oid
    FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS w(schema, name, no)
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p')
), drawn AS (
  SELECT d.refobjid AS relid, d.refobjsubid AS attnum, d.objid AS seqid, 1 AS rank
    FROM pg_catalog.pg_depend AS d
   WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
     AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
   UNION ALL
  SELECT e.adrelid, e.adnum, d.refobjid, 2
    FROM pg_catalog.pg_attrdef AS e
    JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = e.oid
                                  AND d.refclassid = 'pg_catalog.pg_class'::regclass)
SELECT DISTINCT ON (w.no, a.attnum)
       w.no, a.attname::text AS column, pg_catalog.format('%I.%I', n.nspname, c.relname) AS sequence,
       s.seqincrement::text AS increment,
       pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS readable
  FROM wanted AS w
  JOIN drawn AS d ON d.relid = w.oid
  JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = d.seqid AND s.seqincrement > 0
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.relid AND a.attnum = d.attnum
                                   AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
  JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 ORDER BY w.no, a.attnum, d.rank`

/** All of them together; where one cannot be looked at, halves tell which. */
async function look(
  client: Client,
  tables: readonly TablePlan[],
  counters: readonly Counter[],
  compared: SequencesCompared,
  step: () => void,
): Promise<void> {
  step()
  const ofTable = ({ no }: Counter) => tables[no]!
  try {
    const { rows } = await client.query<{ at: number; rows: boolean; source: boolean }>(
      counters.map((counter, at) => standSql(ofTable(counter), counter, at)).join('\nUNION ALL\n'),
    )
    for (const { at, ...used } of rows) {
      if (!used.rows && !used.source) continue
      const counter = counters[at]!
      compared.behind.push({ table: ofTable(counter), difference: behind(ofTable(counter), counter, used) })
    }
    return
  } catch (error) {
    if (!isServerError(error)) throw toFailure(error, { doing: 'look at the sequences of the target' })
    // One of them was waited for: that is enough.
    if (error.code === LOCKED) await client.query(`SET lock_timeout = '50ms'`)
    if (counters.length === 1) {
      const column = nameOf(ofTable(counters[0]!), counters[0]!.column)
      compared.notCompared.push({
        column,
        why: 'its table is locked, or its greatest number takes too long to find',
      })
      return
    }
  }
  const half = counters.length >> 1
  await look(client, tables, counters.slice(0, half), compared, step)
  await look(client, tables, counters.slice(half), compared, step)
}

const LOCKED = '55P03'

/** Whether the next number is one that a row has, or that the source has given out. */
function standSql(table: TablePlan, { column, sequence, increment }: Counter, at: number): string {
  const last = lastOf(table, column)
  return `SELECT ${at} AS at, coalesce(next <= (SELECT max(${ident(column)}) FROM ${placeOf(table)}), false) AS rows,
       ${last === undefined ? 'false' : `next <= ${literal(last)}::numeric`} AS source
  FROM (SELECT last_value::numeric + CASE WHEN is_called THEN ${increment} ELSE 0 END AS next FROM ${sequence}) AS s`
}

const placeOf = ({ target }: TablePlan) => qualified(target.schema, target.name)

const lastOf = ({ columns }: TablePlan, column: string): string | undefined =>
  columns.find(({ target }) => target === column)?.identity?.last

function nameOf({ name, columns }: TablePlan, column: string): string {
  return `${name}.${columns.find(({ target }) => target === column)?.name ?? column}`
}

/** Numbers are of rows, and stand in no report. */
function behind(table: TablePlan, { column, sequence }: Counter, used: { rows: boolean }): Difference {
  const set = (to: string) => `SELECT setval(${literal(sequence)}, ${to})`
  return {
    ...{ code: 'sequence-behind', columns: [column] },
    message: `its sequence ${sequence} would next give a number that ${used.rows ? 'rows have already' : 'the source has given out before'}`,
    remedy: used.rows
      ? `Run ${set(`(SELECT max(${ident(column)}) FROM ${placeOf(table)})`)}`
      : `Run ${set('N')} with the last number that the source gave out`,
  }
}
