/** What a run waits for, and the commands that go on with it. */
import type { Waiting } from '../model/control.ts'
import { tablesText } from '../model/orders-text.ts'
import type { Progress, TableState } from '../model/run.ts'

/** One command, and what it does. */
export interface Answer {
  command: string
  does: string
}

/** Each needs somebody who acts; a host comes back by itself. */
const NEEDS_SOMEBODY: ReadonlySet<Waiting['kind']> = new Set(['gate', 'operator', 'resume'])

/** What a run waits for that nothing but an operator ends; empty where it is at work all the same. */
export function openQuestions({ state, waiting = [], tables }: Asked): Waiting[] {
  const stands = state === 'paused' || state === 'waiting'
  const asked = stands ? waiting.filter(({ kind }) => NEEDS_SOMEBODY.has(kind)) : []
  return asked.length > 0 || state !== 'running' ? asked : onlyPaused(tables)
}

type Asked = Pick<Progress, 'state' | 'waiting' | 'tables'>

const UNDER_WAY: ReadonlySet<TableState> = new Set(['pending', 'copying', 'copied'])

/** Where paused tables are all that is left to do, the run is not paused, and stands all the same. */
function onlyPaused(all: Progress['tables']): Waiting[] {
  const tables = all.filter(({ state }) => state === 'paused').map(({ name }) => name)
  if (tables.length === 0 || all.some(({ state }) => UNDER_WAY.has(state))) return []
  return [{ kind: 'resume', text: `a resume of ${tablesText(tables)}`, tables }]
}

/** The commands that answer, the most likely first. */
export function answersTo(name: string, waiting: readonly Waiting[]): Answer[] {
  const answers = waiting.flatMap(wait => ANSWERS[wait.kind](name, wait))
  return [...new Map(answers.map(answer => [answer.command, answer])).values()]
}

const ANSWERS: Record<Waiting['kind'], (name: string, wait: Waiting) => Answer[]> = {
  gate: (name, { gate = 'before-copy' }) => [
    { command: `longhaul approve ${name} --step ${gate} --by NAME`, does: 'goes on' },
    { command: `longhaul reject ${name} --step ${gate} --by NAME --comment TEXT`, does: 'ends the run' },
  ],
  operator: (name, { tables = [] }) => [
    { command: `longhaul retry ${name}`, does: 'tries again, once the cause is removed' },
    ...tables.slice(0, MOST_TABLES).map(table => ({
      command: `longhaul skip ${name} --table ${word(table)}`,
      does: 'leaves that table out',
    })),
    { command: `longhaul rollback ${name}`, does: 'takes back what the run made' },
  ],
  resume: (name, { tables = [] }) =>
    tables.length === 0
      ? [{ command: `longhaul resume ${name}`, does: 'goes on' }]
      : tables.slice(0, MOST_TABLES).map(table => ({
          command: `longhaul resume ${name} --table ${word(table)}`,
          does: 'goes on with that table',
        })),
  host: (_, { host }) => [
    {
      command: 'longhaul worker',
      does: host ? `on host ${host}: the run goes on by itself` : 'the run goes on by itself',
    },
  ],
}

const MOST_TABLES = 3

/** As a shell takes it. */
const word = (text: string): string =>
  /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
