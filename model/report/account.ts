/** What follows from the facts of a run, the same in every form of its report. */
import { type Finding, isAccepted, type Severity } from '../finding.ts'
import { groupFindings } from '../finding-groups.ts'
import { isForSchema, isNamedIn } from '../schema-compared.ts'
import { takenBackText } from '../taken-back.ts'
import type { Consent, ReportDocument, ReportFacts, WayBack } from './document.ts'
import { headlineOf } from './headline.ts'
import { notChecked } from './not-checked.ts'

/** The whole report; also of facts that an earlier version wrote, whose own conclusions are drawn anew. */
export function reportOf(given: ReportFacts): ReportDocument {
  const facts = completed(given)
  return {
    ...facts,
    version: 1,
    headline: headlineOf(facts),
    consents: consentsOf(facts),
    notChecked: notChecked(facts),
    wayBack: wayBackOf(facts),
  }
}

/** The first versions wrote reports without some of it. */
function completed(facts: ReportFacts): ReportFacts {
  const { views = [], touched = true, tables } = facts as Partial<ReportFacts>
  return { ...facts, views, touched, tables: (tables ?? []).map(table => ({ ...NO_ROWS, ...table })) }
}

const NO_ROWS = { skipped: 0, quarantined: 0, altered: 0, bytes: 0 }

const NEEDS_CONSENT: readonly Severity[] = ['consent', 'incomplete']

function consentsOf({ findings, schema, request: { accept } }: ReportFacts): Consent[] {
  const accepted = [...findings, ...(schema?.differences ?? [])].filter(
    f => NEEDS_CONSENT.includes(f.severity) && covers(f, accept),
  )
  return groupFindings(accepted).map(({ finding: { code, severity, message }, objects }) => ({
    ...{ code, severity, objects, message },
    given: accept.filter(words =>
      objects.some(object => covers({ code, severity, message, object }, [words])),
    ),
  }))
}

/** What only the comparison can find has to be named. */
const covers = (finding: Finding, accept: readonly string[]): boolean =>
  (isForSchema(finding.code) ? isNamedIn : isAccepted)(finding, accept)

/** Whether a finding still asks for something to be done. */
export const isOpen = ({ request: { accept } }: ReportFacts, finding: Finding): boolean =>
  !NEEDS_CONSENT.includes(finding.severity) || !isAccepted(finding, accept)

function wayBackOf({ result: { name, state }, touched, takenBack, steps }: ReportFacts): WayBack {
  if (takenBack?.whole) return { possible: false, text: `The run was ${takenBackText(takenBack)}` }
  if (!touched || state === 'rolled back')
    return { possible: false, text: 'Nothing of this run is in the target' }
  const prepared = steps.find(step => step.name === 'backup')?.detail
  return {
    possible: true,
    text: 'The run can be taken back: what it made goes, what was there before comes back, and the target is compared with what it was',
    command: `longhaul rollback ${name}`,
    check: `longhaul rollback ${name} --check`,
    ...(prepared !== undefined && { prepared }),
  }
}
