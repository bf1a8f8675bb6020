/** A job: a first mapping from what the stage holds to what the target has, in the artifact `suggestion`. */
import type { KnownTable } from '../../model/mapping/known.ts'
import { type FindParent, suggest } from '../../model/mapping/suggest.ts'
import type { AnyRequest } from '../../model/plan-request.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { stageTables } from '../../stores/stage/read.ts'
import { openStageFile } from '../../stores/stage/schema.ts'
import { writeArtifact } from '../artifacts.ts'
import { type MappingTarget, openTarget } from './target.ts'

export interface SuggestInput {
  home: string
  run: string
  stage: string
  target: AnyRequest['target']
}

export async function suggestMapping({ home, run, stage, target: endpoint }: SuggestInput): Promise<void> {
  const target = await openTarget({ home, run }, endpoint)
  const db = openStageFile(stage)
  try {
    const suggestion = await suggest(knownTables(db), target.tables, findIn(target))
    writeArtifact(home, run, 'suggestion', suggestion)
  } finally {
    db.close()
  }
}

/** Values of a column that has few are shown to whoever decides. */
const FEW = 30
/** Rows that are looked at. */
const SOME = 100_000

function knownTables(db: Connection): KnownTable[] {
  return stageTables(db).map(({ name, columns }) => ({
    name,
    columns: columns.map(column => {
      const values = db
        .prepare<[], string>(
          `SELECT DISTINCT CAST(v AS TEXT) FROM (SELECT ${quote(column.name)} AS v FROM ${quote(name)} LIMIT ${SOME})
            WHERE v IS NOT NULL AND typeof(v) <> 'blob' LIMIT ${FEW + 1}`,
        )
        .pluck()
        .all()
      return {
        name: column.name,
        kind: column.found.kind,
        values: values.slice(0, FEW),
        more: values.length > FEW,
      }
    }),
  }))
}

/** Columns by which people call a row. */
const CALLED = /name|mail|code|number|login/i

/** The key of the parent that most values are found in: its own number, or another that has one column. */
const findIn =
  (target: MappingTarget): FindParent =>
  async ({ values }, { name, columns, keys }, give) => {
    const singles = keys.flatMap(key => (key.length === 1 ? key : []))
    const names = columns
      .filter(({ name, type }) => type?.kind === 'text' && CALLED.test(name))
      .map(column => column.name)
    let best: { column: string; hits: number } | undefined
    for (const column of new Set([...singles, ...names])) {
      const wanted = new Set(values)
      let hits = 0
      await target.pairs(name, column, give, ([match]) => {
        if (match !== null && wanted.delete(match)) hits++
      })
      if (hits > (best?.hits ?? 0)) best = { column, hits }
    }
    return best && best.hits * 2 >= values.length ? best.column : undefined
  }
