/** What was not checked, how to take the run back, and what came of a rollback. */
import { count } from '../../amounts.ts'
import { showScope } from '../../render-rollback.ts'
import type { RollbackScope } from '../../rollback.ts'
import type { ReportDocument } from '../document.ts'
import { showMoment } from '../times.ts'
import { facts, type Html, html, list, more, section, time } from './markup.ts'

export function notChecked({ notChecked }: ReportDocument): Html {
  return section(
    'not-checked',
    'What was not checked',
    notChecked.length > 0
      ? list(notChecked.map(line => `${line}.`))
      : html`<p>Nothing that longhaul knows of: every row of every table was compared, and so was what each view gives.</p>`,
  )
}

export function wayBack({ wayBack, setAside = [] }: ReportDocument): Html {
  const { text, command, check, prepared } = wayBack
  const commands =
    command && check
      ? html`<pre><code><span class="comment"># says first what would be lost</span>
${check}
<span class="comment"># takes the run back</span>
${command}</code></pre>`
      : undefined
  return section(
    'way-back',
    'The way back',
    html`<p>${text}.</p>${commands}
${prepared === undefined ? undefined : html`<p><b>Prepared before the first write:</b> ${prepared}.</p>`}
${
  setAside.length > 0
    ? more(
        'What was replaced is kept aside: the SQL that gives it up for good',
        html`<pre><code>${setAside.map(sql => `${sql};`).join('\n')}</code></pre>`,
      )
    : undefined
}`,
  )
}

/** The report of the rollback, in short; Markdown and JSON have all of it. */
export function rolledBack({ rollback }: ReportDocument): Html | undefined {
  if (!rollback) return undefined
  const { scope, startedAt, endedAt, host, by, comment, backedUp, outcome } = rollback
  const { undone, rows, verified, differences } = outcome
  return section(
    'rolled-back',
    'Taken back',
    html`${facts([
      ['What', scopeText(scope)],
      ['Began', time(startedAt, showMoment(startedAt))],
      ['Ended', time(endedAt, showMoment(endedAt))],
      ['By', by ?? 'not said'],
      ['Comment', comment],
      ['Worker', host],
      ['Undone', `${count(undone, 'object')}, and ${count(rows, 'row')} of tables that stay`],
      ['Dump before', backedUp.text],
      ['Compared', verified.join('; ') || 'nothing'],
    ])}${differences.length > 0 ? html`<p>The target is not as before:</p>${list(differences)}` : undefined}`,
  )
}

/** The condition may hold values of rows: it stands in the report of the rollback alone. */
const scopeText = ({ where, ...scope }: RollbackScope) =>
  `${showScope(scope)}${where === undefined ? '' : ', narrowed by a condition'}`
