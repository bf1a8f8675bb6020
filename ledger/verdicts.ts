/** What the validation of tables found, written down. */
import type { Verdict } from '../model/run.ts'
import { fenced, runIsOurs } from './fence.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** Of one table; the digests are those of `Digest.toBytes`. */
export interface TableVerdict {
  table: string
  counted: number
  sourceDigest: Uint8Array
  targetDigest: Uint8Array
  verdict: Verdict
  error?: string
  note?: string
}

/** Writes some verdicts. Throws `fenced` where the run is not ours. */
export async function writeVerdicts(
  sql: Sql,
  place: Place,
  token: RunToken,
  verdicts: readonly TableVerdict[],
): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE ${tableName(place, 'table_run')} AS t
        SET counted = found.counted, source_digest = found.source_digest, target_digest = found.target_digest,
            verdict = found.verdict, error = found.error, note = found.note
       FROM ROWS FROM (
              unnest($3::text[]), unnest($4::bigint[]), unnest($5::bytea[]), unnest($6::bytea[]), unnest($7::text[]),
              unnest($8::text[]), unnest($9::text[]))
            AS found(name, counted, source_digest, target_digest, verdict, error, note)
      WHERE t.run_id = $1 AND t.name = found.name AND ${runIsOurs(place, '$1', '$2')}`,
    [
      token.run,
      token.epoch,
      ...[verdicts.map(v => v.table), verdicts.map(v => v.counted)],
      ...[verdicts.map(v => v.sourceDigest), verdicts.map(v => v.targetDigest)],
      ...[
        verdicts.map(v => v.verdict),
        verdicts.map(v => v.error ?? null),
        verdicts.map(v => v.note ?? null),
      ],
    ],
  )
  if (rowCount !== verdicts.length)
    throw fenced(`the verdict on ${verdicts.map(v => `"${v.table}"`).join(', ')}`)
}
