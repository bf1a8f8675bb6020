/** The end of a replay: the run's verdict, state and report anew. */
import { readTables } from '../ledger/reader.ts'
import { differencesOf } from '../model/balance.ts'
import { EXIT } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import { isRuleLine } from '../model/rules.ts'
import type { RunResult, Verdict } from '../model/run.ts'
import { findArtifact, readReport } from './artifacts.ts'
import { checkRules } from './check-rules.ts'
import type { Work } from './edge.ts'
import { validNow } from './replay-keys.ts'
import { report } from './report.ts'
import { withTarget } from './target.ts'

/** What the report said of tables and rules is said anew; its other differences stand. */
export async function settleReplay(work: Work, { place }: { place: RunPlace }): Promise<RunResult> {
  const before = readReport(
    work.home,
    place.run,
    'Put it back, then replay once more: what was replayed is in the target, and stays',
  )
  const { tables, valid } = await withTarget(work.home, place, async ({ client, ledger, plan }) => ({
    tables: await readTables(client, ledger, place.run),
    valid: await validNow(client, plan),
  }))
  const rules = await checkRules(work, { run: place.run, request: before.request })
  const said = new Set(before.tables.flatMap(t => differencesOf(t)))
  const judged = tables.map(t => ({ ...t, verdict: verdictOf(t), counted: t.counted ?? 0 }))
  const differences = [
    ...before.result.differences.filter(
      line => !said.has(line) && !isRuleLine(line) && !valid.some(head => line.startsWith(head)),
    ),
    ...judged.flatMap(t => differencesOf(t)),
    ...rules,
  ]
  const views = findArtifact(work.home, place.run, 'views') ?? []
  const { report: _, ...result } = before.result
  return report(work, {
    run: place.run,
    request: before.request,
    result: {
      ...result,
      state: differences.length > 0 ? 'done with differences' : 'done',
      exit: differences.length > 0 ? EXIT.differences : EXIT.complete,
      verdict:
        judged.some(t => t.verdict !== 'equal') ||
        views.some(v => v.verdict === 'different') ||
        rules.length > 0
          ? 'different'
          : 'equal',
      differences,
      rows: judged.reduce((sum, t) => sum + t.written, 0),
    },
    steps: before.steps,
    mode: 'full',
    place,
  })
}

const verdictOf = ({ verdict }: { verdict?: string }) => (verdict ?? 'not checked') as Verdict
