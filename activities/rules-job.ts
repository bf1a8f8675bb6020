/** In a thread: the plan's rules, one after the other; and before the run, whether their queries can be read at all. */
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { isNowhere } from '../model/endpoint.ts'
import type { PlannedRule } from '../model/rule-checks.ts'
import type { RuleResult } from '../model/rules.ts'
import { checkThere, readOnly } from '../stores/postgres/rules/check.ts'
import { syntaxMistake } from '../stores/postgres/rules/query.ts'
import { ViewReader } from '../stores/sqlite/views.ts'
import { compareQueries } from './same-query.ts'
import { tellBackend, withSession } from './session.ts'

type Progress = (detail: unknown) => void

export interface RulesInput {
  home: string
  run: string
  target: PostgresEndpoint
  snapshot: string
  rules: PlannedRule[]
  /** How long each engine may take for one rule. */
  seconds: number
}

export async function checkPlannedRules(
  { home, run, target, snapshot, rules, seconds }: RulesInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<RuleResult[]> {
  const reader = new ViewReader(snapshot)
  const asked = { schema: target.schema, seconds }
  // Nothing else ends a query of SQLite before its time.
  signal.addEventListener('abort', () => reader.close(), { once: true })
  // Either engine may be silent for long; each rule has an end, so that this is no false sign of life.
  const alive = setInterval(() => progress({ checking: 'rules' }), 2000)
  try {
    return await withSession(home, target, run, async client => {
      await tellBackend(client, progress)
      const results: RuleResult[] = []
      for (const rule of rules) {
        signal.throwIfAborted()
        results.push({ name: rule.name, kind: rule.kind, ...(await outcome(rule)) })
      }
      return results

      async function outcome(rule: PlannedRule): Promise<Omit<RuleResult, 'name' | 'kind'>> {
        if ('leftOut' in rule) return { verdict: 'left out', reason: rule.leftOut }
        if ('problem' in rule) return { verdict: 'not checked', reason: rule.problem }
        const { check } = rule
        if (check.kind === 'same') return compareQueries(client, reader, check, asked)
        const found = await checkThere(client, check, asked, rows => progress({ rows }))
        if ('failure' in found) return { verdict: 'not checked', reason: found.failure }
        return { verdict: found.reason === undefined ? 'holds' : 'broken', ...found }
      }
    })
  } finally {
    clearInterval(alive)
    reader.close()
  }
}

export type TryInput = Omit<RulesInput, 'seconds'>

/** For each rule, what is wrong with how its queries are written; null where nothing is. */
export async function tryRuleQueries({
  home,
  run,
  target,
  snapshot,
  rules,
}: TryInput): Promise<(string | null)[]> {
  const here = await mistakesHere(snapshot, rules)
  if (isNowhere(target)) return here
  const there = await withSession(home, target, run, client =>
    readOnly(client, { seconds: TRY_SECONDS }, async () => {
      const found: (string | null)[] = []
      for (const rule of rules) {
        const sql = targetQuery(rule)
        found.push((sql === undefined ? undefined : await syntaxMistake(client, sql)) ?? null)
      }
      return found
    }),
  )
  return here.map((mistake, i) => mistake ?? ('failure' in there ? null : (there[i] ?? null)))
}

const TRY_SECONDS = 30

function targetQuery(rule: PlannedRule): string | undefined {
  if (!('check' in rule)) return undefined
  if (rule.check.kind === 'no-rows') return rule.check.sql
  return rule.check.kind === 'same' ? rule.check.target : undefined
}

/** The snapshot has all tables of the source: a name that it does not know is a mistake. */
async function mistakesHere(snapshot: string, rules: readonly PlannedRule[]): Promise<(string | null)[]> {
  const reader = new ViewReader(snapshot)
  try {
    const found: (string | null)[] = []
    for (const rule of rules) {
      if (!('check' in rule) || rule.check.kind !== 'same') found.push(null)
      else {
        // A query with another number of columns is not executed.
        const asked = { name: 'query', sql: rule.check.source, columns: [] }
        const answer = await reader.digest(asked, TRY_SECONDS)
        found.push(answer && 'failure' in answer ? `SQLite cannot read it: ${answer.failure}` : null)
      }
    }
    return found
  } finally {
    reader.close()
  }
}
