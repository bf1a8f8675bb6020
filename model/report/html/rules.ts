/** The plan's rules: which hold, and what is wrong where one does not. */
import { count, number } from '../../amounts.ts'
import { isUnfulfilled, type RuleResult } from '../../rules.ts'
import type { ReportDocument, Tone } from '../document.ts'
import { type Column, type Html, html, pill, section, table } from './markup.ts'

export function rules({ rules = [] }: ReportDocument): Html | undefined {
  if (rules.length === 0) return undefined
  const wrong = rules.filter(isUnfulfilled)
  return section(
    'rules',
    'Rules',
    table('Rules', COLUMNS, [...wrong, ...rules.filter(rule => !wrong.includes(rule))]),
    wrong.length === 0
      ? 'What the plan asks of the target holds.'
      : `Of ${count(rules.length, 'rule')} of the plan, ${number(wrong.length)} ${wrong.length === 1 ? 'does' : 'do'} not hold or could not be checked.`,
  )
}

const COLUMNS: Column<RuleResult>[] = [
  { title: 'Rule', cell: ({ name }) => name },
  { title: 'Kind', cell: ({ kind }) => kind },
  { title: 'Rows', number: true, cell: ({ rows }) => (rows === undefined ? '' : number(rows)) },
  {
    title: 'Verdict',
    cell: ({ verdict, reason }) =>
      html`${pill(TONES[verdict], verdict)}${reason ? html`<p class="detail">${reason}</p>` : undefined}`,
  },
]

const TONES: Readonly<Record<RuleResult['verdict'], Tone>> = {
  holds: 'good',
  broken: 'bad',
  'not checked': 'warn',
  'left out': 'plain',
}
