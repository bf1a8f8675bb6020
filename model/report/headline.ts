/** The verdict of a report in words and in a tone: what one reads first. */
import { count } from '../amounts.ts'
import { EXIT } from '../failure.ts'
import { onlyRules } from '../rules.ts'
import { type TakenBack, takenBackText } from '../taken-back.ts'
import type { Headline, ReportFacts } from './document.ts'

/** @param facts `takenBack` goes before everything that the run itself came to */
export function headlineOf(facts: ReportFacts): Headline {
  const { result, mode, request, takenBack } = facts
  const { state, exit, verdict, differences } = result
  if (takenBack) return takenBackHead(takenBack)
  if (state === 'failed') return failedHead(exit)
  if (state === 'rolled back')
    return { tone: 'bad', title: 'Failed, and taken back', text: 'The target is as it was before the run' }
  if (state === 'cancelled')
    return { tone: 'bad', title: 'Cancelled', text: 'The run was ended before it was complete' }
  if (mode === 'preflight') return preflightHead(exit)
  const size = sizeOf(result)
  if (onlyRules(differences)) return brokenHead(facts)
  if (verdict === 'different')
    return {
      tone: 'bad',
      title: mode === 'check' ? 'Source and target differ' : 'Complete, with differences',
      text: `${size}; source and target differ`,
    }
  if (differences.length > 0 && mode === 'check')
    return { tone: 'warn', title: NOT_ALL_BACK, text: `${size}; source and target are equal` }
  if (differences.length > 0)
    return { tone: 'warn', title: 'Complete, with differences', text: `${size}; ${copied(verdict)}` }
  if (verdict === 'equal')
    return {
      tone: 'good',
      title: mode === 'check' ? equalTitle(request) : 'Complete and valid',
      text: `${size}; source and target are equal, compared row by row`,
    }
  const why = request.scope === 'schema' ? 'only the tables were made' : 'nothing was compared'
  return { tone: 'plain', title: 'Done', text: `${size}; ${why}` }
}

/** Nothing else is amiss, and yet the target is not as the plan wants it. */
function brokenHead({ result, mode, request }: ReportFacts): Headline {
  const broken = result.differences.length
  const compared = request.rows
    ? 'the rows that were compared are equal, but '
    : 'source and target are equal, but '
  return {
    tone: 'bad',
    title: mode === 'check' ? 'Rules of the plan are broken' : 'Complete, with broken rules',
    text: `${sizeOf(result)}; ${result.verdict === 'different' ? compared : ''}${count(broken, 'rule')} of the plan ${broken === 1 ? 'does' : 'do'} not hold`,
  }
}

/** Of a comparison that was asked for the way back as well. */
export const NOT_ALL_BACK = 'Equal, but not all would come back as it was'

/** A part that is equal says nothing of the rest. */
const equalTitle = ({ rows }: ReportFacts['request']) =>
  rows ? 'The rows that were compared are equal' : 'Source and target are equal'

const copied = (verdict: string) =>
  verdict === 'equal' ? 'the rows that were copied are equal' : 'no rows were compared'

const sizeOf = ({ tables, rows }: ReportFacts['result']) => `${count(tables, 'table')}, ${count(rows, 'row')}`

const takenBackHead = (takenBack: TakenBack): Headline => ({
  tone: takenBack.differences > 0 ? 'warn' : 'plain',
  title: takenBack.whole ? 'Taken back' : 'Taken back in part',
  text: upper(takenBackText(takenBack)),
})

const failedHead = (exit: number): Headline =>
  exit === EXIT.refused
    ? { tone: 'bad', title: 'Refused', text: 'Nothing was written to the target' }
    : { tone: 'bad', title: 'Failed', text: 'The run stopped before it was complete' }

const preflightHead = (exit: number): Headline =>
  exit === EXIT.complete
    ? { tone: 'good', title: 'Nothing in the way', text: 'Preflight only looked: nothing was written' }
    : { tone: 'bad', title: 'Preflight refuses the run', text: 'Nothing was written' }

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
