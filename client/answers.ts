/** What a run waits for, and the commands that go on with it. */
import type { Waiting } from '../model/control.ts'
import type { Progress } from '../model/run.ts'

/** One command, and what it does. */
export interface Answer {
  command: string
  does: string
}

/** Each needs somebody who acts; a host comes back by itself. */
const NEEDS_SOMEBODY: ReadonlySet<Waiting['kind']> = new Set(['gate', 'operator', 'resume'])

/** What a run waits for that nothing but an operator ends; empty where it is at work all the same. */
export function openQuestions({ state, waiting = [] }: Pick<Progress, 'state' | 'waiting'>): Waiting[] {
  const stands = state === 'paused' || state === 'waiting'
  return stands ? waiting.filter(({ kind }) => NEEDS_SOMEBODY.has(kind)) : []
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
