/** What the target does not have, in the form in which reports tell it. */
import { groupFindings, missingLine } from '../finding-groups.ts'
import { escapeControls } from '../name-text.ts'
import type { LeftOut } from '../plan.ts'
import { isOpen } from './account.ts'
import type { ReportDocument } from './document.ts'

/** Differences without what stands among the findings, each with its remedy. */
export function otherDifferences(report: ReportDocument): string[] {
  const open = report.findings.filter(f => f.severity === 'incomplete' && isOpen(report, f))
  const missing = new Set(groupFindings(open).map(missingLine))
  return report.result.differences.filter(line => !missing.has(line))
}

/** Objects of one kind that are left out for one reason stand together. */
export const sameReason = (objects: readonly LeftOut[]): LeftOut[][] => [
  ...Map.groupBy(objects, ({ kind, reason }) => JSON.stringify([kind, reason])).values(),
]

/** Their SQL, equal texts once, each under the names that it stands for. */
export function leftOutSql(objects: readonly LeftOut[]): string {
  const texts = Map.groupBy(objects, ({ sql }) => sql.trimEnd())
  const parts = [...texts].map(([text, same]) =>
    objects.length > 1
      ? `-- ${same.map(({ name }) => escapeControls(name)).join(', ')}\n${text};`
      : `${text};`,
  )
  return parts.join('\n')
}
