/** What is told of compared views. */
import { count } from './amounts.ts'
import { showName } from './name-text.ts'
import type { ViewsCompared } from './payloads.ts'
import type { ViewResult } from './run.ts'

/** As much of it as travels as a payload; all of it is in the report. */
const MOST = 500

/** A sentence for each view that differs, and how many came out in which way. */
export function differencesOfViews(results: readonly ViewResult[]): ViewsCompared {
  const of = (verdict: ViewResult['verdict']) => results.filter(result => result.verdict === verdict)
  return {
    equal: of('equal').length,
    notCompared: of('not compared').length,
    differences: of('different').slice(0, MOST).map(differenceOf),
  }
}

function differenceOf({ name, sourceRows, targetRows, reason }: ViewResult): string {
  if (reason) return `view ${showName(name)}: ${reason}`
  const counts =
    sourceRows !== undefined && sourceRows === targetRows
      ? `${count(sourceRows, 'row')} on both sides, and not the same ones`
      : `${sourceRows} in the source, ${targetRows} in the target`
  return `view ${showName(name)}: its rows differ (${counts})`
}
