/** Who decided what: accepted losses, gates, orders of operators, and the lines to sign. */
import type { OperatorEvent, SignOff } from '../../control.ts'
import type { Consent, ReportDocument } from '../document.ts'
import { showMoment } from '../times.ts'
import { type Html, html, pill, section, table, time } from './markup.ts'

export function people(report: ReportDocument): Html {
  const { consents, result } = report
  const { signOffs = [], events = [] } = result
  return section(
    'people',
    'Consents and sign-off',
    html`${consents.length > 0 ? accepted(consents) : html`<p>No loss was accepted.</p>`}
${signOffs.length > 0 ? gates(signOffs) : undefined}
${events.length > 0 ? orders(events) : undefined}
${signature(report)}`,
  )
}

const accepted = (consents: readonly Consent[]): Html =>
  html`<h3>Accepted losses</h3>${table(
    'Accepted losses',
    [
      { title: 'Of what', cell: ({ objects }) => objects.join(', ') },
      { title: 'What is lost', cell: ({ message }) => message },
      { title: 'Code', cell: ({ code }) => html`<code>${code}</code>` },
      { title: 'Accepted by', cell: ({ given }) => html`<code>${given.join(' ')}</code>` },
    ],
    consents,
  )}`

const when = (iso: string) => time(iso, showMoment(iso))

const gates = (signOffs: readonly SignOff[]): Html =>
  html`<h3>Gates</h3>${table(
    'Gates',
    [
      { title: 'Gate', cell: ({ gate }) => gate },
      { title: 'Decision', cell: ({ decision }) => pill(decision === 'approved' ? 'good' : 'bad', decision) },
      { title: 'By', cell: ({ by }) => by },
      { title: 'When', cell: ({ at }) => when(at) },
      { title: 'Comment', cell: ({ comment }) => comment },
    ],
    signOffs,
  )}`

const orders = (events: readonly OperatorEvent[]): Html =>
  html`<h3>What operators did</h3>${table(
    'What operators did',
    [
      { title: 'What', cell: ({ kind }) => kind },
      { title: 'About', cell: ({ object }) => object },
      { title: 'Detail', cell: ({ detail }) => detail },
      { title: 'By', cell: ({ by }) => by },
      { title: 'When', cell: ({ at }) => when(at) },
      { title: 'Comment', cell: ({ comment }) => comment },
    ],
    events,
  )}`

/** Filled in as far as the gates say it; the rest is for a pen. */
function signature({ request, result: { signOffs = [] } }: ReportDocument): Html {
  const verified = signOffs.findLast(
    ({ gate, decision }) => gate === 'before-cutover' && decision === 'approved',
  )
  const line = (name: string, value: string | undefined) =>
    html`<div><span class="line">${value ?? ''}</span><span>${name}</span></div>`
  return html`<div class="sign-off">${line('Migrated by', request.operator)}${line('Verified by', verified?.by)}${line('Date', verified?.at.slice(0, 10))}</div>`
}
