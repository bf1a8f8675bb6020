/** Facts of a run for the tests of its report: small, and everything can be told otherwise. */
import type { ReportFacts, ReportTable } from '../../../model/report/document.ts'
import { STEPS } from '../../../model/run.ts'

export const TABLE: ReportTable = {
  ...{ name: 'singer', target: 'public', expected: 3, read: 3, written: 3, counted: 3 },
  ...{ skipped: 0, quarantined: 0, altered: 0, bytes: 90, seconds: 0.5 },
  ...{ sourceDigest: '1f', targetDigest: '1f', verdict: 'equal' },
  ...{ startedAt: '2026-01-31T12:00:31.000Z', endedAt: '2026-01-31T12:00:31.500Z' },
}

/** A run that is complete and valid; its steps took ten seconds each. */
export function facts(over: Partial<ReportFacts> = {}): ReportFacts {
  const began = Date.parse('2026-01-31T12:00:00Z')
  const at = (seconds: number) => new Date(began + seconds * 1000).toISOString()
  return {
    result: {
      ...{ run: 'r', name: 'app-1', state: 'done', exit: 0, verdict: 'equal', rows: 3, tables: 1 },
      ...{ differences: [], findings: [] },
    },
    mode: 'full',
    tables: [TABLE],
    steps: STEPS.map((name, i) => ({
      ...{ name, state: 'done', startedAt: at(i * 10), endedAt: at(i * 10 + 10) },
      ...(name === 'backup' && { detail: '1 table, 7 rows: `kept`' }),
    })),
    request: {
      source: { kind: 'sqlite', path: '/app.db', host: 'h' },
      target: { kind: 'postgres', connection: 'prod', schema: 'public' },
      ...{ scope: 'all', ifExists: 'refuse', onFailure: 'keep', types: 'inferred', busySeconds: 30 },
      how: { chunkRows: 1, chunkBytes: 4096, tables: 1, lanes: 1 },
      ...{ accept: [], exclude: [], operator: 'Ana' },
    },
    ...{ findings: [], leftOut: [], views: [], touched: true },
    ...over,
  }
}

/** Every text in an object replaced, whatever its place; what is no free text stays. */
export function everyText<T>(value: T, replaced: (text: string) => string, key = ''): T {
  if (typeof value === 'string') return (FIXED.has(key) ? value : replaced(value)) as T
  if (Array.isArray(value)) return value.map(item => everyText(item, replaced, key)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, everyText(item, replaced, name)]),
  ) as T
}

/** Words with a meaning, and times. */
const FIXED: ReadonlySet<string> = new Set([
  ...['state', 'verdict', 'mode', 'scope', 'severity', 'decision', 'gate', 'at', 'began'],
  ...['startedAt', 'endedAt', 'accept', 'given', 'ifExists', 'onFailure', 'types'],
])
