/** How fast rows were committed over time, as the chunks of a run tell it. */
import { type Place, type Sql, tableName } from './schema.ts'

/** Equal stretches of time from `began` on. */
export interface RatePoints {
  began: Date
  secondsPerPoint: number
  rows: number[]
  bytes: number[]
}

/**
 * The rows of each chunk, spread evenly over the time from its claim to its commit; undefined where no chunk is done.
 * What leaves the server has `points` lines, whatever the number of chunks.
 */
export async function readPace(
  sql: Sql,
  place: Place,
  run: string,
  points: number,
): Promise<RatePoints | undefined> {
  const { rows } = await sql.query(
    `WITH done AS (
       SELECT extract(epoch FROM least(claimed_at, done_at))::float8 AS since,
              extract(epoch FROM done_at)::float8 AS until, rows_written, bytes
         FROM ${tableName(place, 'chunk')}
        WHERE run_id = $1 AND done AND claimed_at IS NOT NULL AND done_at IS NOT NULL),
     axis AS (
       SELECT min(since) AS began, greatest(max(until) - min(since), 0.001) / $2::int AS width FROM done),
     spread AS (
       SELECT n,
              CASE WHEN until > since
                   THEN greatest(least(until, began + (n + 1) * width) - greatest(since, began + n * width), 0) / (until - since)
                   ELSE 1 END AS share,
              rows_written, bytes
         FROM done, axis,
              pg_catalog.generate_series(least(pg_catalog.floor((since - began) / width)::int, $2::int - 1),
                                         least(pg_catalog.floor((until - began) / width)::int, $2::int - 1)) AS n)
     SELECT n, (SELECT began FROM axis) AS began, (SELECT width FROM axis) AS width,
            pg_catalog.round(sum(rows_written * share)::numeric, 3)::float8 AS rows,
            pg_catalog.round(sum(bytes * share)::numeric)::float8 AS bytes
       FROM spread GROUP BY n ORDER BY n`,
    [run, points],
  )
  if (rows.length === 0) return undefined
  const known = new Map<number, { rows: number; bytes: number }>(rows.map(row => [row.n, row]))
  const all = Array.from({ length: points }, (_, n) => known.get(n) ?? { rows: 0, bytes: 0 })
  return {
    began: new Date(rows[0].began * 1000),
    secondsPerPoint: rows[0].width,
    rows: all.map(point => point.rows),
    bytes: all.map(point => point.bytes),
  }
}
