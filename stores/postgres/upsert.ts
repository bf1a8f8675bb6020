/**
 * Rows of one chunk into a table that has rows, by their key: first by COPY into a temporary table of the transaction,
 * from there into the table.
 *
 * Not by ON CONFLICT DO UPDATE: it would also overwrite a row that somebody else has written since the look at what is
 * there, and nobody would know what that was like. So rows that are there are locked and kept, and only these are
 * overwritten; what somebody else brought meanwhile is met in the next round.
 */
import type { Client } from 'pg'
import { imaged, sameKey } from '../../ledger/image.ts'
import { type Place, tableName } from '../../ledger/schema.ts'
import { isOwn } from '../../ledger/written.ts'
import { Failure } from '../../model/failure.ts'
import { showName } from '../../model/name-text.ts'
import type { TablePlan, UpsertPlan } from '../../model/plan.ts'
import { toFailure } from '../../sessions/errors.ts'
import { ident, idents, literal, qualified } from './quote.ts'

const STAGE = { schema: 'pg_temp', name: 'longhaul_stage' }
const STAGED = qualified(STAGE.schema, STAGE.name)

/** A chunk of a table that is written by key. */
export interface Upsert {
  client: Client
  ledger: Place
  run: string
  table: TablePlan & { upsert: UpsertPlan }
  chunk: number
}

export interface Upserted {
  inserted: number
  overwritten: number
  /** Which rows of the stage stay out, counted from 1 in the order of their arrival; ascending. */
  skipped: number[]
}

/**
 * Makes the temporary table, empty, whose rows are counted from `from`; gives the table's plan with it as the place for
 * the rows.
 */
export async function openStage(client: Client, table: TablePlan, from = 1): Promise<TablePlan> {
  await client.query(
    `CREATE TEMP TABLE longhaul_stage ON COMMIT DROP AS
       SELECT ${idents(writtenOf(table))} FROM ${placeOf(table)} WITH NO DATA`,
  )
  await client.query(
    `ALTER TABLE ${STAGED} ADD COLUMN ${numberOf(table)} bigint GENERATED ALWAYS AS IDENTITY (START WITH ${from})`,
  )
  return { ...table, target: STAGE }
}

/** Takes the rows from the stage, which is gone afterwards; `staged`: how many there are. Fails with `object`. */
export async function unstage(upsert: Upsert, staged: number): Promise<Upserted> {
  const { client, table } = upsert
  try {
    if (staged > 0) await client.query(`ANALYZE ${STAGED} (${keyOf(table)})`)
    const done = await (table.upsert.conflict === 'skip' ? besides : over)(upsert, staged)
    await client.query(`DROP TABLE ${STAGED}`)
    return done
  } catch (error) {
    throw toFailure(error, { object: `table "${table.name}"`, doing: 'write rows by their key' })
  }
}

/** Rows whose key is there stay out. */
async function besides(upsert: Upsert, staged: number): Promise<Upserted> {
  const inserted = await insert(upsert, 'true')
  if (inserted === staged) return { inserted, overwritten: 0, skipped: [] }
  const { client, ledger, run, table } = upsert
  const { rows } = await client.query<{ no: number; twice: boolean }>(
    `SELECT s.${numberOf(table)}::float8 AS no,
            EXISTS (SELECT FROM ${placeOf(table)} AS t
                     WHERE ${sameKey(table.upsert, 't', 's')} AND ${isOwn(ledger, run, table, 't')}) AS twice
       FROM ${STAGED} AS s
      WHERE NOT EXISTS (SELECT FROM ${placeOf(table)} AS t WHERE ${sameKey(table.upsert, 't', 's')} AND ${MINE})
      ORDER BY 1`,
  )
  if (rows.length !== staged - inserted || rows.some(({ twice }) => twice)) throw twiceInSource(table)
  return { inserted, overwritten: 0, skipped: rows.map(({ no }) => no) }
}

/** How often somebody else may be faster with a row of the same key. */
const ROUNDS = 10

/** Rows whose key is there are overwritten, once what they were like is kept. */
async function over(upsert: Upsert, staged: number): Promise<Upserted> {
  let [inserted, overwritten] = [0, 0]
  for (let round = 0; inserted + overwritten < staged; round++) {
    if (round === ROUNDS) throw tooBusy(upsert.table)
    const kept = await keepOld(upsert)
    if (kept > 0 && (await overwrite(upsert)) !== kept) throw twiceInSource(upsert.table)
    overwritten += kept
    const isOver = inserted + overwritten === staged
    const added = isOver ? 0 : await insert(upsert, `NOT ${isKept(upsert)}`)
    if (kept + added === 0 && (await hasTwins(upsert))) throw twiceInSource(upsert.table)
    inserted += added
  }
  return { inserted, overwritten, skipped: [] }
}

/** Whether two rows of the stage have one key, by what the target calls equal. */
async function hasTwins({ client, table }: Upsert): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT EXISTS (SELECT FROM ${STAGED} GROUP BY ${keyOf(table)} HAVING pg_catalog.count(*) > 1) AS twins`,
  )
  return rows[0].twins
}

/** Locks rows that are there, in the order of their keys so that two who do so do not wait for each other. */
async function keepOld({ client, ledger, run, table, chunk }: Upsert): Promise<number> {
  const no = numberOf(table)
  const values = imaged(table.upsert).map(({ name }) => `t.${ident(name)}::text`)
  const { rowCount } = await client.query(
    `INSERT INTO ${tableName(ledger, 'overwritten')} (run_id, table_name, chunk_no, no, image, writer)
     SELECT $1, $2, $3, old.no, old.image, old.writer
       FROM (SELECT s.${no} AS no, ARRAY[${values.join(', ')}] AS image, t.xmin AS writer
               FROM ${STAGED} AS s JOIN ${placeOf(table)} AS t ON ${sameKey(table.upsert, 't', 's')}
              WHERE NOT ${MINE}
              ORDER BY ${table.upsert.key.map(({ name }) => `s.${ident(name)}`).join(', ')} FOR UPDATE OF t) AS old`,
    [run, table.name, chunk],
  )
  return rowCount ?? 0
}

/** Rows that this run has written in another chunk are none of those: two rows of the source would become one. */
async function overwrite(upsert: Upsert): Promise<number> {
  const { client, ledger, run, table } = upsert
  const sets = table.upsert.sets.map(({ name }) => `${ident(name)} = s.${ident(name)}`)
  const { rowCount } = await client.query(
    `UPDATE ${placeOf(table)} AS t SET ${sets.join(', ')} FROM ${STAGED} AS s
      WHERE ${sameKey(table.upsert, 't', 's')} AND ${isKept(upsert)} AND NOT ${MINE}
        AND NOT ${isOwn(ledger, run, table, 't')}`,
  )
  return rowCount ?? 0
}

async function insert({ client, table }: Upsert, condition: string): Promise<number> {
  const columns = writtenOf(table)
  const { rowCount } = await client.query(
    `INSERT INTO ${placeOf(table)} (${idents(columns)}) OVERRIDING SYSTEM VALUE
     SELECT ${columns.map(column => `s.${ident(column)}`).join(', ')} FROM ${STAGED} AS s
      WHERE ${condition} ORDER BY ${table.upsert.key.map(({ name }) => `s.${ident(name)}`).join(', ')}
         ON CONFLICT (${keyOf(table)}) DO NOTHING`,
  )
  return rowCount ?? 0
}

/** A row of the stage has an image. */
const isKept = ({ ledger, run, table, chunk }: Upsert) =>
  `EXISTS (SELECT FROM ${tableName(ledger, 'overwritten')} AS o
            WHERE o.run_id = ${literal(run)} AND o.table_name = ${literal(table.name)} AND o.chunk_no = ${chunk}
              AND o.no = s.${numberOf(table)})`

/** This transaction wrote it; or this subtransaction, as the rows of the stage came in the same one. */
const MINE = `t.xmin = (SELECT mine.xmin FROM ${STAGED} AS mine LIMIT 1)`

const placeOf = ({ target }: TablePlan) => qualified(target.schema, target.name)
const keyOf = ({ upsert }: TablePlan & { upsert: UpsertPlan }) => idents(upsert.key.map(({ name }) => name))
const writtenOf = ({ columns }: TablePlan): string[] =>
  columns.filter(({ generated }) => generated === undefined).map(({ target }) => target)

/** A name that no column of the table has. */
function numberOf({ columns }: TablePlan): string {
  let name = 'longhaul_no'
  while (columns.some(({ target }) => target === name)) name += '_'
  return ident(name)
}

const shown = ({ upsert }: TablePlan & { upsert: UpsertPlan }) =>
  upsert.key.map(({ name }) => showName(name)).join(', ')

const twiceInSource = (table: TablePlan & { upsert: UpsertPlan }) =>
  new Failure({
    code: 'object',
    object: `table "${table.name}"`,
    message: `several rows of the source have one key in the target, which keeps (${shown(table)}) unique`,
    remedy: 'Leave all but one of them out of the source, or change their keys',
  })

const tooBusy = (table: TablePlan & { upsert: UpsertPlan }) =>
  new Failure({
    code: 'unavailable',
    object: `table "${table.name}"`,
    message: `somebody else keeps writing rows with keys (${shown(table)}) that the source has`,
    remedy: 'It is tried again; end who writes there if it comes back',
  })
